"""How sure we are that an account's owner is who they say (认证等级 0-4), by which proof, since when."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from .accounts import Account
from .errors import AlreadyVerified, IdentityUnknown


class Source(StrEnum):
    """What an account's owner was recognised by."""

    PHONE = "phone"
    REALNAME = "realname"
    KINSHIP = "kinship"
    """The registry knows the ward, and the guardian as one of theirs."""
    FACE = "face"
    WINDOW = "window"
    CITY = "city"


LEVELS: Final = {
    Source.PHONE: 1, Source.REALNAME: 2, Source.KINSHIP: 2, Source.FACE: 3, Source.WINDOW: 4,
}  # fmt: skip
"""What each proof is worth; what the city's platform says is mapped by configuration."""
IAL_IDENTITY: Final = 2
"""From here on the owner's name and number are known."""


@dataclass(frozen=True, slots=True)
class Proof:
    """One proof: `name` and `id_number` where it showed them, `officer_id` and `window` where an officer saw it."""

    source: Source
    level: int
    name: str | None = None
    id_number: str | None = None
    expires_at: datetime | None = None
    officer_id: UUID | None = None
    window: str | None = None

    @classmethod
    def by(cls, source: Source, **what: object) -> "Proof":
        """A proof that is worth what its source always is."""
        return cls(source, LEVELS[source], **what)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Record:
    """A proof as it is kept."""

    level: int
    source: Source
    at: datetime
    expires_at: datetime | None
    window: str | None


def recognised(account: Account, proof: Proof) -> Account:
    """The account with the identity that `proof` showed. Raises AlreadyVerified, IdentityUnknown."""
    personal = account.personal
    shown = (proof.name, proof.id_number)
    if personal.id_number is not None:
        if None not in shown and shown != (personal.name, personal.id_number):
            raise AlreadyVerified
        return account
    if None in shown:
        if proof.level >= IAL_IDENTITY:
            raise IdentityUnknown
        return account
    return replace(account, personal=replace(personal, name=proof.name, id_number=proof.id_number))
