"""Routes of the other ways in."""
