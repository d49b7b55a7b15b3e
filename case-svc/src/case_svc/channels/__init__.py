"""Other services asked directly, by id, when an answer is needed at that moment."""
