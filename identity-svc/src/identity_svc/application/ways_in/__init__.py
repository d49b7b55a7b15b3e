"""Coming in another way than by phone or password."""
