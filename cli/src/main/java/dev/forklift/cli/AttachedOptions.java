package dev.forklift.cli;

import dev.forklift.board.BadInputException;
import dev.forklift.board.net.NameServer;
import dev.forklift.board.net.UserNetwork;
import dev.forklift.board.share.VirtioShare;
import dev.forklift.board.tree.TreeNode;
import dev.forklift.board.virtio.DiskImage;
import dev.forklift.board.virtio.NetworkLink;
import dev.forklift.board.virtio.VirtioBlock;
import dev.forklift.board.virtio.VirtioConsole;
import dev.forklift.board.virtio.VirtioEntropy;
import dev.forklift.board.virtio.VirtioNetwork;
import dev.forklift.board.virtio.VirtioSlots;
import dev.forklift.kernel.fs.tty.WindowSize;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What of the host is attached to a board, beside its console.
///
/// Devices get their places in the order of the fields here, and those of one option in the order
/// in which they were typed.
final class AttachedOptions implements AutoCloseable {
  @Option(
      names = "--disk",
      paramLabel = "FILE[:ro]",
      converter = Attachment.Converter.class,
      description = "A disk image, the guest's /dev/vda; the next one is /dev/vdb. Repeatable.")
  private List<Attachment> disks = new ArrayList<>();

  @Option(
      names = "--share",
      paramLabel = "DIR[:ro]",
      converter = Attachment.Converter.class,
      description =
          "A folder for the guest: mount -t 9p -o trans=virtio share0 /mnt; the next one is"
              + " share1. Repeatable.")
  private List<Attachment> shares = new ArrayList<>();

  @Option(names = "--rng", description = "A source of random bytes, /dev/hwrng.")
  private boolean entropy;

  @Option(
      names = "--hvc",
      description = "A console that needs no serial port, hvc0, in place of the board's own.")
  private boolean console;

  @Option(
      names = "--net",
      paramLabel = "KIND",
      description = "A network device: user (through sockets of the host) or none (no cable).")
  private @Nullable String network;

  private final List<DiskImage> images = new ArrayList<>();
  private final List<VirtioShare> folders = new ArrayList<>();
  private @Nullable UserNetwork link;
  private @Nullable VirtioConsole screen;

  /// Takes a flag without picocli; says whether it is known.
  boolean takeFlag(String name) {
    switch (name) {
      case "--rng" -> entropy = true;
      case "--hvc" -> console = true;
      default -> {
        return false;
      }
    }
    return true;
  }

  /// Takes an option without picocli; says whether it is one that can be taken so.
  boolean takeOption(String name, String value) {
    switch (name) {
      case "--disk" -> disks.add(Attachment.of(value));
      case "--share" -> shares.add(Attachment.of(value));
      case "--net" -> network = value;
      default -> {
        return false;
      }
    }
    return true;
  }

  /// Adds the devices to a board's tree.
  ///
  /// @param counted whether each run has to be the same
  /// @throws IOException with a message for the user
  VirtioSlots addTo(TreeNode tree, boolean counted) throws IOException {
    VirtioSlots slots = new VirtioSlots();
    for (Attachment disk : disks) {
      DiskImage image = open(disk);
      images.add(image);
      slots.add(tree, new VirtioBlock(image, "disk" + (images.size() - 1)));
    }
    for (Attachment share : shares) {
      VirtioShare folder =
          VirtioShare.open(share.host(), "share" + folders.size(), share.readOnly());
      folders.add(folder);
      slots.add(tree, folder);
    }
    if (entropy) {
      slots.add(tree, counted ? VirtioEntropy.repeatable() : VirtioEntropy.ofHost());
    }
    if (network != null) {
      slots.add(tree, new VirtioNetwork(cable(network)));
    }
    if (console) {
      VirtioConsole made = new VirtioConsole();
      tree.made("chosen").with("stdout-path", slots.add(tree, made));
      screen = made;
    }
    return slots;
  }

  /// What is attached, in words.
  List<String> words() {
    List<String> words = new ArrayList<>();
    disks.forEach(disk -> words.add(disk.readOnly() ? "--disk FILE:ro" : "--disk FILE"));
    shares.forEach(share -> words.add(share.readOnly() ? "--share DIR:ro" : "--share DIR"));
    if (entropy) {
      words.add("--rng");
    }
    if (network != null) {
      words.add("--net " + network);
    }
    if (console) {
      words.add("--hvc");
    }
    return words;
  }

  /// The terminal has another size from now on. Only `--hvc` can tell the guest.
  void resize(WindowSize size) {
    VirtioConsole hvc = screen;
    if (hvc != null) {
      hvc.resize(size.columns(), size.rows());
    }
  }

  private NetworkLink cable(String kind) throws IOException {
    return switch (kind) {
      case "none" -> NetworkLink.UNPLUGGED;
      case "user" -> {
        UserNetwork made = new UserNetwork(NameServer.ofHost());
        link = made;
        yield made;
      }
      default ->
          throw new BadInputException("--net: there is no " + kind + "; there are: none, user");
    };
  }

  private static DiskImage open(Attachment disk) throws IOException {
    try {
      return DiskImage.open(CommandLineBytes.path(disk.host()), disk.readOnly());
    } catch (BadInputException e) {
      throw e;
    } catch (IOException e) {
      throw new BadInputException(disk.host() + ": " + HostErrors.describe(e));
    }
  }

  @Override
  public void close() throws IOException {
    for (DiskImage image : images) {
      image.close();
    }
    folders.forEach(VirtioShare::close);
    if (link != null) {
      link.close();
    }
  }
}
