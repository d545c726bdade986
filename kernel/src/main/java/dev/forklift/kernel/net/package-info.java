/// Networks, as far as there are any.
package dev.forklift.kernel.net;
