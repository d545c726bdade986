package dev.forklift.kernel.machine;

import java.io.InputStream;
import java.io.OutputStream;

/// The host's standard streams as the guest gets them: like pipes.
public record Stdio(InputStream in, OutputStream out, OutputStream err) {}
