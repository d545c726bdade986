/// Nios II: its instructions, and what Linux varies for it.
package dev.forklift.arch.nios2;
