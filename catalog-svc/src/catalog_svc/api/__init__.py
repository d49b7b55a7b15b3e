"""Routes: what the public reads, and what editors do."""
