# Finds the JDK and Maven that ./forklift and ./verify use. To be sourced. ./forklift pays for it at
# each start, so it reads the JDK's release file and does not run java to ask.
# shellcheck shell=bash

# Says one line and ends with the status of a run that never reached the guest.
fail() {
  printf '%s: %s\n' "${0##*/}" "$1" >&2
  exit 125
}

# Whether folder $1 holds a JDK of release 25 or newer.
is_new_jdk() {
  local line
  [[ -x $1/bin/java && -x $1/bin/javac && -r $1/release ]] || return 1
  while IFS= read -r line; do
    [[ $line =~ ^JAVA_VERSION=\"?([0-9]+) ]] && ((BASH_REMATCH[1] >= 25)) && return 0
  done <"$1/release"
  return 1
}

# Sets home to that of the java command found on PATH. Where the variable java_home_file names a file,
# the answer is kept there: it holds for as long as that home's java is the very file on PATH.
java_home_on_path() {
  local java
  hash java 2>/dev/null || return 1
  java=${BASH_CMDS[java]}
  if [[ -r ${java_home_file:=} ]] && read -r home <"$java_home_file" && [[ $java -ef $home/bin/java ]]; then
    return
  fi
  home=$(ask_java_home "$java")
  [[ -z $java_home_file || ! -d ${java_home_file%/*} ]] ||
    printf '%s\n' "$home" 2>/dev/null >"$java_home_file"
  [[ -n $home ]]
}

# The home of the JDK that the command $1 belongs to. One that is a script, as version switchers
# install it, has to be asked.
ask_java_home() {
  local java=$1 home
  home=$(readlink -f "$java" 2>/dev/null)
  home=${home%/bin/java}
  [[ -r $home/release ]] || [[ $OSTYPE == darwin* && $java == /usr/bin/java ]] ||
    home=$("$java" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.home = //p')
  printf '%s\n' "$home"
}

# Sets jdk to the home of a JDK that is new enough, or fails.
find_jdk() {
  local home dir dirs IFS=:
  if [[ -n ${FORKLIFT_JAVA_HOME:-} ]]; then
    jdk=$FORKLIFT_JAVA_HOME
    is_new_jdk "$jdk" || fail "FORKLIFT_JAVA_HOME=$jdk is not a JDK of release 25 or newer"
    return
  fi
  if [[ -n ${JAVA_HOME:-} ]] && is_new_jdk "$JAVA_HOME"; then
    jdk=$JAVA_HOME
    return
  fi
  if java_home_on_path && is_new_jdk "$home"; then
    jdk=$home
    return
  fi
  dirs=/usr/lib/jvm:/usr/lib64/jvm:/usr/java:/opt
  dirs+=:~/.sdkman/candidates/java:~/.jdks:~/.gradle/jdks
  dirs+=:/Library/Java/JavaVirtualMachines:~/Library/Java/JavaVirtualMachines
  dirs=${FORKLIFT_JDK_DIRS-$dirs}
  for dir in $dirs; do
    for home in "$dir"/* "$dir"/*/Contents/Home; do
      if is_new_jdk "$home"; then
        jdk=$home
        return
      fi
    done
  done
  fail "no JDK 25 or newer: looked at \$FORKLIFT_JAVA_HOME, \$JAVA_HOME, java on PATH, and in\
 ${dirs//:/, }. Get one from https://adoptium.net, from https://sdkman.io, or with\
 'apt install openjdk-25-jdk' where your system has it"
}

# Sets mvn to the Maven command, or fails.
find_maven() {
  local home dir dirs IFS=:
  mvn=$(type -P mvn) && return
  dirs=/opt:/usr/share:/usr/local:~/.sdkman/candidates/maven
  dirs=${FORKLIFT_MAVEN_DIRS-$dirs}
  for home in "${MAVEN_HOME:-}" "${M2_HOME:-}"; do
    mvn=$home/bin/mvn
    [[ -n $home && -x $mvn ]] && return
  done
  for dir in $dirs; do
    for mvn in "$dir"/*/bin/mvn; do
      [[ -x $mvn ]] && return
    done
  done
  fail "building needs Maven 3.8 or newer, and there is no mvn on PATH, in \$MAVEN_HOME, or in\
 ${dirs//:/, }. Get it with 'apt install maven', from https://sdkman.io, or from\
 https://maven.apache.org/download.cgi"
}

# Runs Maven in folder $1 with the JDK that find_jdk found. It must not read the guest's input.
run_maven() {
  local root=$1
  shift
  cd "$root" && JAVA_HOME=$jdk "$mvn" -B -ntp "$@" </dev/null
}

# Whether the Maven log $1 tells of a network that was not there.
says_offline() {
  grep -qE 'Could not transfer|Unknown host|UnknownHostException|in offline mode|unreachable' "$1"
}

# Prints the cross compiler's path, where there is one. verification/guest/build looks there too.
cross_compiler() {
  local candidate
  for candidate in "${NIOS2_TOOLCHAIN:-}/bin/nios2-linux-gnu-gcc" \
    "$(type -P nios2-linux-gnu-gcc)" /opt/nios2/bin/nios2-linux-gnu-gcc; do
    if [[ -x $candidate ]]; then
      printf '%s\n' "$candidate"
      return
    fi
  done
}
