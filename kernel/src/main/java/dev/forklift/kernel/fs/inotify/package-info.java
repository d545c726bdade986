/// Watching files (inotify(7)): an instance is a file whose contents are what has happened.
package dev.forklift.kernel.fs.inotify;
