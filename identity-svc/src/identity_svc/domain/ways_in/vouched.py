"""Somebody whom a provider vouches for, before it is known whose account that is."""

from dataclasses import asdict, dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from ..assurance import IAL_IDENTITY

TICKET_LIFETIME: Final = timedelta(minutes=10)
TICKET_BYTES: Final = 32


class Provider(StrEnum):
    WECHAT = "wechat"
    CITY = "city"


@dataclass(frozen=True, slots=True)
class Vouched:
    """`subjects`: what the provider calls this person, all at once and each for ever; any of them is theirs alone.

    `level` is what the provider's word is worth (0: nothing beyond that they are the same person as last time). Name
    and number count from level 2 on; below that they are left out.
    """

    provider: Provider
    subjects: tuple[str, ...]
    level: int = 0
    name: str | None = None
    id_number: str | None = None

    @property
    def knows_identity(self) -> bool:
        return self.level >= IAL_IDENTITY and None not in (self.name, self.id_number)

    def document(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def read(cls, document: dict[str, Any]) -> "Vouched":
        return cls(
            provider=Provider(document["provider"]),
            subjects=tuple(document["subjects"]),
            level=document["level"],
            name=document["name"],
            id_number=document["id_number"],
        )
