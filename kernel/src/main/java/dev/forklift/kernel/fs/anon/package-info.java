/// Files that are on no file system: eventfd(2), epoll(7).
package dev.forklift.kernel.fs.anon;
