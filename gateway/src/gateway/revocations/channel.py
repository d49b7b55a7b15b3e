"""What the three ways to hear of revocations have in common."""

from typing import Protocol

from .view import RevocationView


class LookFailed(Exception):
    """The channel does not tell everything just now."""


class Channel(Protocol):
    """`pause`: seconds between two looks; `failures`: what a look raises besides LookFailed while it cannot tell."""

    name: str
    pause: float
    failures: tuple[type[Exception], ...]

    async def look(self, view: RevocationView) -> None:
        """Tells `view` what it can, and how far that reaches."""

    async def close(self) -> None: ...
