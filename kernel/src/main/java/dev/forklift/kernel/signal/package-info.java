/// Signals as data: what is pending, what is to be done, and the layouts of both (signal(7)).
/// Sending and delivering them is the business of the process package.
package dev.forklift.kernel.signal;
