"""What was revoked while tokens that name it may still be about, as the gateways are told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Revocation:
    """A session's or a mandate's id. `forget_at`: no token that names it can be valid any more."""

    id: UUID
    forget_at: datetime


@dataclass(frozen=True, slots=True)
class Look:
    """Everything revoked since the look that gave the `cursor` asked with; some of it again.

    `whole`: everything there is, the cursor asked with being none of this database's.
    """

    cursor: int
    whole: bool
    revoked: Sequence[Revocation]
