package dev.forklift.kernel.fs.tmpfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.forklift.kernel.abi.Errno;
import dev.forklift.kernel.abi.Fcntl;
import dev.forklift.kernel.abi.OpenFlags;
import dev.forklift.kernel.vfs.Bytes;
import dev.forklift.kernel.vfs.Inode;
import dev.forklift.kernel.vfs.OpenFile;
import dev.forklift.kernel.vfs.World;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TmpfsTest {
  private static final int PAGE = 4096;

  private final World world = new World();

  @AfterEach
  void end() {
    world.close();
  }

  private Tmpfs with(String options) throws Errno {
    return Tmpfs.withOptions(
        world.systems, "tmpfs", world.budget, options, world.caller.credentials());
  }

  @Test
  void whatWasMadeLastIsListedFirst() throws Errno {
    world.mkdir("/new");
    for (String name : List.of("a", "b", "c")) {
      world.write("/new/" + name, "");
    }
    world.unlink("/new/a");
    world.write("/new/a", "");
    OpenFile directory = world.open("/new", OpenFlags.O_RDONLY);
    List<String> names = new ArrayList<>();
    directory.list(world.caller, (name, ino, type, next) -> names.add(name));
    directory.release();
    assertThat(names).containsExactly(".", "..", "a", "c", "b");
    assertThat(world.find("/new").inode().size()).isEqualTo(5 * 20);
  }

  @Test
  void holesTakeNoBlocksAndCanBeFound() throws Errno {
    OpenFile file = world.open("/sparse", OpenFlags.O_CREAT | OpenFlags.O_RDWR);
    assertThat(file.pwrite(world.caller, Bytes.of("x"), 10 * PAGE)).isEqualTo(1);
    Inode inode = file.inode();
    assertThat(inode.size()).isEqualTo(10 * PAGE + 1);
    assertThat(inode.blocks()).isEqualTo(8);
    assertThat(file.seek(0, Fcntl.SEEK_DATA)).isEqualTo(10 * PAGE);
    assertThat(file.seek(0, Fcntl.SEEK_HOLE)).isZero();
    assertThat(file.seek(10 * PAGE, Fcntl.SEEK_HOLE)).isEqualTo(10 * PAGE + 1);
    file.allocate(world.caller, 0, 0, 2 * PAGE);
    assertThat(inode.blocks()).isEqualTo(24);
    assertThat(file.seek(PAGE, Fcntl.SEEK_HOLE)).isEqualTo(2 * PAGE);
    file.setSize(world.caller, 20 * PAGE);
    assertThatThrownBy(() -> file.seek(15 * PAGE, Fcntl.SEEK_DATA)).isSameAs(Errno.ENXIO);
    file.release();
  }

  @Test
  void aSizeLimitsWhatItHolds() throws Errno {
    Tmpfs small = with("size=6k,mode=700,uid=5");
    assertThat(small.status().blocks()).isEqualTo(2);
    assertThat(small.shownOptions()).isEqualTo(",size=8k,mode=700,uid=5");
    Inode file =
        small.rootInode().make("f", new dev.forklift.kernel.vfs.NewInode(0100644, 0, 0, 0));
    file.reserve(0, 2 * PAGE);
    assertThat(small.status().blocksFree()).isZero();
    assertThatThrownBy(() -> file.reserve(0, 4 * PAGE)).isSameAs(Errno.ENOSPC);
    assertThatThrownBy(() -> small.remount("size=4k")).isSameAs(Errno.EINVAL);
    small.remount("size=1m");
    file.reserve(0, 4 * PAGE);
    assertThat(small.status().blocksFree()).isEqualTo(252);
  }

  @ParameterizedTest
  @ValueSource(strings = {"size=zz", "size=1x", "size=", "mode=9", "unknown", "uid=-x"})
  void refusesOptionsThatAreNone(String options) {
    assertThatThrownBy(() -> with(options)).isSameAs(Errno.EINVAL);
  }

  @Test
  void sealsRefuseWhatTheySeal() throws Errno {
    MemFds memFds = new MemFds(world.systems, world.budget);
    OpenFile file = memFds.create("m", world.caller.credentials(), true, true);
    assertThat(file.write(world.caller, Bytes.of("abc"))).isEqualTo(3);
    file.inode().addSeals(Fcntl.F_SEAL_GROW | Fcntl.F_SEAL_SHRINK);
    assertThatThrownBy(() -> file.setSize(world.caller, 9)).isSameAs(Errno.EPERM);
    assertThat(file.pwrite(world.caller, Bytes.of("x"), 0)).isEqualTo(1);
    file.inode().addSeals(Fcntl.F_SEAL_WRITE | Fcntl.F_SEAL_SEAL);
    assertThatThrownBy(() -> file.pwrite(world.caller, Bytes.of("x"), 0)).isSameAs(Errno.EPERM);
    assertThatThrownBy(() -> file.inode().addSeals(Fcntl.F_SEAL_EXEC)).isSameAs(Errno.EPERM);
    file.release();
    OpenFile plain = memFds.create("m", world.caller.credentials(), false, true);
    assertThat(plain.inode().seals()).isEqualTo(Fcntl.F_SEAL_SEAL);
    plain.release();
    OpenFile data = memFds.create("m", world.caller.credentials(), false, false);
    assertThat(data.inode().seals()).isEqualTo(Fcntl.F_SEAL_EXEC);
    assertThat(data.inode().mode()).isEqualTo(0100666);
    data.release();
  }
}
