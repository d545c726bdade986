/// Devices of the kind that machines without hardware have (virtio 1.x): one [transport][
/// dev.forklift.board.virtio.VirtioTransport] of registers and queues in memory, and behind it what
/// the device does.
///
/// All that is in a queue was written by the guest. A driver that writes nonsense gets a device
/// that asks for a reset and does nothing until then.
package dev.forklift.board.virtio;
