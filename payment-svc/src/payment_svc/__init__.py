"""Orders, bank channels, captures and refunds."""
