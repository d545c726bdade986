/// Folders and files of the host as file systems of the guest.
///
/// Every step on the host goes from an open folder to one name in it, and never through a symbolic
/// link: links are resolved by the guest's own path walk, in the guest's own tree. So no link,
/// `..`, name or race leads out of the folder that was given.
package dev.forklift.kernel.fs.host;
