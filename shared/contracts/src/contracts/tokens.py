"""The claims of an access token, as identity-svc signs them and every service reads them."""

from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict

ISSUER: Final = "police-platform"
AUDIENCE: Final = "police-platform"


class Role(StrEnum):
    """Who a caller is. A token carries one or more; routes name the ones they allow."""

    CITIZEN = "citizen"
    COMPANY = "company"
    OFFICER = "officer"
    """Any sworn officer; they accept, review and decide by rank."""
    AUXILIARY = "auxiliary"
    """辅警: may look and prepare, never decides."""
    SUPERVISOR = "supervisor"
    CATALOG_EDITOR = "catalog_editor"
    OPERATOR = "operator"
    """Runs the platform: stuck work, parked messages. Sees no personal data."""
    SERVICE = "service"


class AccessClaims(BaseModel):
    """`sub` is the account's or officer's UUID, or the service's name for `Role.SERVICE`.

    `exp`, `iat` are Unix seconds. `rank` (officers): 0 auxiliary, 1 reviewer, 2 section head,
    3 unit leader, 4 bureau leader. `ial` (people): 0 none, 1 phone, 2 two factors (name and number), 3 face,
    4 window or certificate.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    iss: str
    aud: str
    sub: str
    exp: int
    iat: int
    jti: str
    sid: str | None = None
    roles: tuple[Role, ...]
    unit: str | None = None
    department: str | None = None
    rank: int = 0
    ial: int = 0
