package dev.forklift.board.virtio;

import dev.forklift.board.BadInputException;
import dev.forklift.board.state.StateFields;
import dev.forklift.board.state.Stateful;
import java.util.random.RandomGenerator;

/// Numbers that are the same in each run, from wherever it goes on (SplitMix64).
final class RepeatableRandom implements RandomGenerator, Stateful {
  private static final long STEP = 0x9e37_79b9_7f4a_7c15L;

  private long state;

  @Override
  public long nextLong() {
    state += STEP;
    long mixed = (state ^ (state >>> 30)) * 0xbf58_476d_1ce4_e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d0_49bb_1331_11ebL;
    return mixed ^ (mixed >>> 31);
  }

  @Override
  public void transfer(StateFields fields) throws BadInputException {
    state = fields.number(state);
  }
}
