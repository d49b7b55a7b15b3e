"""Our own routes count against the caller's address too: some of them ask every service."""

from fastapi.routing import APIRoute
from starlette.requests import Request


class OwnRoute(APIRoute):
    """One of our own routes in the API document, which tells what can go wrong there."""

    answers_in_problems = True


async def limited_by_address(request: Request) -> None:
    """A dependency; raises TooManyRequests."""
    address, _ = request.app.state.client_address.of(request.scope)
    await request.app.state.limiter.check_address(None, request.method, address)
