package dev.forklift.kernel.process;

/// What uname(2) says.
public record UtsName(
    String sysname,
    String nodename,
    String release,
    String version,
    String machine,
    String domainname) {

  public UtsName withNodename(String name) {
    return new UtsName(sysname, name, release, version, machine, domainname);
  }

  public UtsName withDomainname(String name) {
    return new UtsName(sysname, nodename, release, version, machine, name);
  }
}
