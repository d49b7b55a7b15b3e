"""What a browser keeps of a log-in that goes by a provider's page: no script can read it, no address shows it."""

from typing import Final

from fastapi import Request
from starlette.responses import Response

JOURNEY: Final = "way-in-journey"
TICKET: Final = "way-in"
QR: Final = "way-in-qr"
SCANNED: Final = "way-in-scanned"
"""The code that somebody scanned before they were logged in on that phone."""


def cookie_of(request: Request, name: str) -> str | None:
    return request.cookies.get(_named(request, name))


def set_cookie(request: Request, response: Response, name: str, value: str, seconds: int) -> None:
    """Only this host's, over https alone where we are reached so. `Lax`: providers send people back from elsewhere."""
    response.set_cookie(
        _named(request, name),
        value,
        max_age=seconds,
        path="/",
        secure=_is_secure(request),
        httponly=True,
        samesite="lax",
    )


def _named(request: Request, name: str) -> str:
    return f"__Host-{name}" if _is_secure(request) else name


def _is_secure(request: Request) -> bool:
    secure: bool = request.app.state.service.settings.public_url.startswith("https://")
    return secure
