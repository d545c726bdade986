package dev.forklift.kernel.loader;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.mm.Mm;
import dev.forklift.kernel.vfs.VfsPath;
import org.jspecify.annotations.Nullable;

/// A program in its memory, ready to start.
///
/// @param mm the caller's, who releases it
/// @param entry where it starts: in the interpreter if it has one
/// @param stackPointer points at argc
/// @param executable the file, for a script its interpreter
/// @param readable whether the caller may read the file, and its interpreter's if it has one: if
///   not, its memory is nobody's business
/// @param name the first 15 characters of the file name, as prctl(PR_GET_NAME) shows it
/// @param setUid the owner if the file is set-user-ID and that is honoured, otherwise -1
/// @param setGid the group if the file is set-group-ID and that is honoured, otherwise -1
/// @param failure null; or what Linux finds wrong only when there is no way back to the old
///   program: the new one is killed by SIGSEGV before its first instruction
public record LoadedProgram(
    Mm mm,
    long entry,
    long stackPointer,
    VfsPath executable,
    boolean readable,
    String name,
    int setUid,
    int setGid,
    @Nullable Errno failure) {}
