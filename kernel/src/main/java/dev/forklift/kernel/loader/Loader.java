package dev.forklift.kernel.loader;

import dev.forklift.kernel.abi.DataModel;
import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.FileMode;
import dev.forklift.kernel.abi.MountFlags;
import dev.forklift.kernel.abi.ResourceLimits;
import dev.forklift.kernel.arch.LinuxAbi;
import dev.forklift.kernel.cred.Credentials;
import dev.forklift.kernel.cred.UserNamespace;
import dev.forklift.kernel.mm.AddressSpaces;
import dev.forklift.kernel.mm.ImageLayout;
import dev.forklift.kernel.mm.Mm;
import dev.forklift.kernel.random.RandomSource;
import dev.forklift.kernel.vfs.Caller;
import dev.forklift.kernel.vfs.Inode;
import dev.forklift.kernel.vfs.Mount;
import dev.forklift.kernel.vfs.OpenFile;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Loads programs.
public final class Loader {
  /// How much of a file is looked at to find out what it is (BINPRM_BUF_SIZE).
  private static final int HEAD_BYTES = 256;

  /// How many scripts may run scripts.
  private static final int MAX_SCRIPTS = 5;

  private static final int MAX_NAME = 15;
  private static final int MAX_PATH = 4096;

  private final AddressSpaces spaces;
  private final LinuxAbi abi;
  private final RandomSource random;

  public Loader(AddressSpaces spaces, RandomSource random) {
    this.spaces = spaces;
    this.abi = spaces.abi();
    this.random = random;
  }

  /// Loads what `request` asks for into a fresh space.
  ///
  /// @param limits of the process that is to run it
  /// @param mayGainPrivileges whether set-user-ID files are honoured at all (no_new_privs)
  /// @throws Errno why it cannot be executed
  public LoadedProgram load(
      Caller caller, ExecRequest request, ResourceLimits limits, boolean mayGainPrivileges)
      throws Errno {
    ProgramFile program =
        ProgramFile.open(caller, request.start(), request.path(), request.flags());
    try {
      ProgramStrings strings =
          new ProgramStrings(
              request, limits, abi.memoryLayout().pageShift(), abi.dataModel().wordBytes());
      byte[] head = program.head(HEAD_BYTES);
      String name = request.fileName();
      for (int scripts = 0; ScriptLine.isScript(head); scripts++) {
        if (request.fileNameVanishes()) {
          var _ = ScriptLine.parse(head);
          throw Errno.ENOENT;
        }
        ScriptLine line = ScriptLine.parse(head);
        strings.putBefore(words(line, name));
        name = line.interpreter();
        ProgramFile next = ProgramFile.openInterpreter(caller, name);
        program.close();
        program = next;
        if (scripts == MAX_SCRIPTS) {
          throw Errno.ELOOP;
        }
        head = program.head(HEAD_BYTES);
      }
      return loadElf(caller, program, head, strings, limits, mayGainPrivileges);
    } finally {
      program.close();
    }
  }

  private static List<String> words(ScriptLine line, String script) {
    List<String> words = new ArrayList<>();
    words.add(line.interpreter());
    if (line.argument() != null) {
      words.add(line.argument());
    }
    words.add(script);
    return words;
  }

  private LoadedProgram loadElf(
      Caller caller,
      ProgramFile program,
      byte[] head,
      ProgramStrings strings,
      ResourceLimits limits,
      boolean mayGainPrivileges)
      throws Errno {
    DataModel model = abi.dataModel();
    ElfFile elf = ElfFile.read(program.file(), head, model, abi.elfMachine(), true, Errno.ENOEXEC);
    try (ProgramFile interpreter = openInterpreter(caller, elf)) {
      ElfFile interpreterElf = null;
      if (interpreter != null) {
        byte[] header = new byte[ElfFile.headerBytes(model)];
        FileBytes.readFully(interpreter.file(), 0, header);
        interpreterElf =
            ElfFile.read(interpreter.file(), header, model, abi.elfMachine(), false, Errno.ELIBBAD);
      }
      Privileges privileges = Privileges.of(caller, program.file(), mayGainPrivileges);
      Secrecy secrecy = Secrecy.of(caller.credentials(), program, interpreter);
      return build(elf, interpreterElf, strings, limits, privileges, secrecy, caller.credentials());
    }
  }

  private @Nullable ProgramFile openInterpreter(Caller caller, ElfFile elf) throws Errno {
    for (ElfSegment segment : elf.segments()) {
      if (segment.type() == ElfSegment.PT_INTERP) {
        return ProgramFile.openInterpreter(caller, interpreterName(elf.file(), segment));
      }
    }
    return null;
  }

  private static String interpreterName(OpenFile file, ElfSegment segment) throws Errno {
    if (Words.isLess(MAX_PATH, segment.fileSize()) || Words.isLess(segment.fileSize(), 2)) {
      throw Errno.ENOEXEC;
    }
    byte[] name = new byte[(int) segment.fileSize()];
    FileBytes.readFully(file, segment.offset(), name);
    if (name[name.length - 1] != 0) {
      throw Errno.ENOEXEC;
    }
    int length = 0;
    while (name[length] != 0) {
      length++;
    }
    return new String(name, 0, length, StandardCharsets.ISO_8859_1);
  }

  private LoadedProgram build(
      ElfFile elf,
      @Nullable ElfFile interpreter,
      ProgramStrings strings,
      ResourceLimits limits,
      Privileges privileges,
      Secrecy secrecy,
      Credentials who)
      throws Errno {
    Mm mm = Mm.create(spaces, limits, secrecy.owner());
    InitialStack stack = new InitialStack(abi, mm, strings);
    Errno failure = null;
    long entry = 0;
    try {
      mm.setExecutable(elf.file());
      stack.map(limits, hasExecutableStack(elf));
      ElfImage image = new ImageMapper(abi, mm, who, elf).map(interpreter);
      mm.mapKuserPages();
      entry = image.entry();
      stack.writeTables(image, privileges.after(who), privileges.isSecure(who), random);
      mm.setImage(layout(image, stack));
    } catch (Errno e) {
      failure = e;
    }
    return new LoadedProgram(
        mm,
        entry,
        stack.stackPointer(),
        elf.file().path(),
        secrecy.readable(),
        nameOf(strings.fileName()),
        privileges.setUid(),
        privileges.setGid(),
        failure);
  }

  private static boolean hasExecutableStack(ElfFile elf) {
    boolean executable = false;
    for (ElfSegment segment : elf.segments()) {
      if (segment.type() == ElfSegment.PT_GNU_STACK) {
        executable = segment.isExecutable();
      }
    }
    return executable;
  }

  private static ImageLayout layout(ElfImage image, InitialStack stack) {
    return new ImageLayout(
        image.startCode(),
        image.endCode(),
        image.startData(),
        image.endData(),
        image.end(),
        stack.stackPointer(),
        stack.argumentStart(),
        stack.environmentStart(),
        stack.environmentStart(),
        stack.environmentEnd());
  }

  private static String nameOf(String fileName) {
    String name = fileName.substring(fileName.lastIndexOf('/') + 1);
    return name.substring(0, Math.min(MAX_NAME, name.length()));
  }

  /// Whether the files of a program can be read by who executes them, and whose its memory is then:
  /// that of a user namespace which has the files that cannot.
  private record Secrecy(boolean readable, UserNamespace owner) {
    static Secrecy of(Credentials who, @Nullable ProgramFile... files) {
      Secrecy secrecy = new Secrecy(true, who.userNamespace());
      for (ProgramFile file : files) {
        if (file != null && !file.isReadableBy(who)) {
          secrecy = new Secrecy(false, file.namespaceOf(secrecy.owner));
        }
      }
      return secrecy;
    }
  }

  /// What a set-user-ID or set-group-ID file gives.
  private record Privileges(int setUid, int setGid) {
    static final Privileges NONE = new Privileges(-1, -1);

    /// Nothing by a file that was mounted where the caller trusts nobody, nor the ids of somebody
    /// who has no name in the caller's user namespace.
    static Privileges of(Caller caller, OpenFile file, boolean mayGain) {
      Inode inode = file.inode();
      Mount mount = file.path().mount();
      Credentials who = caller.credentials();
      if (!mayGain
          || mount.has(MountFlags.MS_NOSUID)
          || !mount.fileSystem().isTrustedBy(who)
          || !who.userNamespace().hasUid(inode.uid())
          || !who.userNamespace().hasGid(inode.gid())) {
        return NONE;
      }
      int group = FileMode.S_ISGID | FileMode.S_IXGRP;
      return new Privileges(
          (inode.mode() & FileMode.S_ISUID) != 0 ? inode.uid() : -1,
          (inode.mode() & group) == group ? inode.gid() : -1);
    }

    Credentials after(Credentials who) {
      int euid = setUid != -1 ? setUid : who.euid();
      int egid = setGid != -1 ? setGid : who.egid();
      return who.withUids(who.uid(), euid, euid, euid).withGids(who.gid(), egid, egid, egid);
    }

    boolean isSecure(Credentials who) {
      Credentials now = after(who);
      return now.euid() != who.uid() || now.egid() != who.gid();
    }
  }
}
