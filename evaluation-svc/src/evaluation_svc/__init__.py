"""Reviews, their statistics and the event history."""
