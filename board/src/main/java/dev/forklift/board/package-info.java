/// Machines: what a device tree describes, put together and run.
///
/// A [Board][dev.forklift.board.machine.Board] is made from a device tree alone. Its CPU comes from
/// a [ProcessorType][dev.forklift.board.cpu.ProcessorType], its devices from
/// [DeviceType][dev.forklift.board.device.DeviceType]s; both are found as services, by the
/// `compatible` strings of the nodes.
package dev.forklift.board;
