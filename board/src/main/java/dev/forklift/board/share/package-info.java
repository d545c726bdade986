/// Folders of the host that a board can mount: a server of 9P2000.L behind a virtio device.
///
/// Every step on the host goes from an open folder to one name in it, and never through a symbolic
/// link; links are resolved by the guest, in its own tree. `..` goes back to the folder that was
/// come from. So no link, name or race leads out of the folder that was given.
package dev.forklift.board.share;
