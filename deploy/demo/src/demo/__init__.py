"""One case from end to end over the public API, and the small client it is walked with."""
