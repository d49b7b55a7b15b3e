"""Face checks: the person confirms on the service's page that it is them; what came of it, the service is asked."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class FaceState(StrEnum):
    PENDING = "pending"
    PASSED = "passed"
    FAILED = "failed"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class FaceCheck:
    """`check_no`: the service's number; None until it answered."""

    id: UUID
    account_id: UUID
    state: FaceState
    check_no: str | None


@dataclass(frozen=True, slots=True)
class FacePage:
    """Where the person goes; the service's number and the page's address."""

    check_no: str
    url: str
