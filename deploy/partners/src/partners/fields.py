"""Field types the partners' bodies share."""

from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints

Number = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{6,64}$")]
Cents = Annotated[int, Field(strict=True, ge=1, le=10_000_000_000)]
NotifyUrl = Annotated[str, StringConstraints(pattern=r"^https?://[!-~]+$", max_length=512)]
Moment = AwareDatetime


def text(longest: int, shortest: int = 1) -> StringConstraints:
    return StringConstraints(min_length=shortest, max_length=longest, strip_whitespace=True)
