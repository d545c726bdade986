/// Roots from images: tar and cpio archives, plain or compressed with gzip or xz.
///
/// An image is unpacked once, into a file of contents and an index beside it, both named after the
/// SHA-256 of the image. Nothing is ever written to the host under a name that comes out of an
/// image. From then on a start reads the index; contents are read when the guest looks at them.
package dev.forklift.kernel.fs.image;
