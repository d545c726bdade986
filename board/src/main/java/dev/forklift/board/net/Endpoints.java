package dev.forklift.board.net;

/// Between what the guest talks.
///
/// @param guestPort its own
/// @param address whom it talks to, as it sees it
record Endpoints(int guestPort, int address, int port) {}
