"""SQL lives here only: asyncpg and text, on the transaction of the caller's unit of work."""
