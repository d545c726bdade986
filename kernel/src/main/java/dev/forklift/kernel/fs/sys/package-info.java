/// /sys, as far as programs look at it.
package dev.forklift.kernel.fs.sys;
