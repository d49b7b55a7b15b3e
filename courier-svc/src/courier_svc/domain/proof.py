"""Proof of delivery: what the courier says of the hand-over, kept sealed and shown to the applicant and the unit."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

import orjson


@dataclass(frozen=True, slots=True)
class Proof:
    """`words` are the courier's own, `how` its code for the manner of the hand-over where it has one."""

    at: datetime
    words: str
    how: str | None
    id_bound: bool
    """Whether we had asked for the ID card to be checked."""

    @classmethod
    def from_bytes(cls, plain: bytes) -> Self:
        known = orjson.loads(plain)
        return cls(**known | {"at": datetime.fromisoformat(known["at"])})

    def to_bytes(self) -> bytes:
        return orjson.dumps(self)
