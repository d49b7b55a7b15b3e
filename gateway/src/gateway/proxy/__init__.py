"""The proxied path: raw ASGI in, our own HTTP client out. FastAPI here would cost more than the services behind it."""
