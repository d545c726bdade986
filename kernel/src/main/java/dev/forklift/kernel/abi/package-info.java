/// Numbers and layouts of the Linux system call interface: data only, no behaviour.
package dev.forklift.kernel.abi;
