import org.jspecify.annotations.NullMarked;

/// Machines: bus, devices, device tree, boot loader.
@NullMarked
module dev.forklift.board {
  requires transitive dev.forklift.engine;
  requires org.tukaani.xz;
  requires static transitive org.jspecify;

  exports dev.forklift.board;
  exports dev.forklift.board.boot;
  exports dev.forklift.board.cpu;
  exports dev.forklift.board.device;
  exports dev.forklift.board.gdb;
  exports dev.forklift.board.machine;
  exports dev.forklift.board.net;
  exports dev.forklift.board.share;
  exports dev.forklift.board.state;
  exports dev.forklift.board.time;
  exports dev.forklift.board.tree;
  exports dev.forklift.board.virtio;

  uses dev.forklift.board.cpu.ProcessorType;
  uses dev.forklift.board.device.DeviceType;

  provides dev.forklift.board.device.DeviceType with
      dev.forklift.board.device.IntervalTimer,
      dev.forklift.board.device.JtagUart,
      dev.forklift.board.device.ParallelPort,
      dev.forklift.board.device.SystemId,
      dev.forklift.board.device.TestFinisher,
      dev.forklift.board.device.Uart16550,
      dev.forklift.board.device.VectoredInterruptController,
      dev.forklift.board.virtio.VirtioSlots;
}
