"""SQL and sealing; nothing else in this service knows either."""
