"""The proxied path: raw ASGI in, aiohttp out. FastAPI here would cost more than the services behind it."""
