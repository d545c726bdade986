/// File trees in memory: tmpfs, and with an [Origin][dev.forklift.kernel.fs.tmpfs.Origin] below it
/// the ephemeral root made from an image or a folder of the host.
package dev.forklift.kernel.fs.tmpfs;
