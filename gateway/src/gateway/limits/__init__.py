"""How fast a caller may come: token buckets in Redis, leased in blocks."""
