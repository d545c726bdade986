/// The host below the JVM: calls into its C library, and its signals.
///
/// The JDK's own ways to both take longer to set up than a small guest program runs, so where the
/// launcher opens packages of `java.base`, this package goes past them.
package dev.forklift.engine.host;
