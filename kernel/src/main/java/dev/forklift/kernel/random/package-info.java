/// Random bytes.
package dev.forklift.kernel.random;
