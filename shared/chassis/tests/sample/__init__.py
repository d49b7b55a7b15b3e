"""The smallest service there can be: counters that are raised, told of, and heard by another."""
