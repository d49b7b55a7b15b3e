"""The claims of an access token, as identity-svc signs them and every service reads them."""

from enum import StrEnum
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict

ISSUER: Final = "police-platform"
AUDIENCE: Final = "police-platform"
UNIT_LEADER: Final = 3
"""The rank from which on an officer at a department's city unit answers for all units of the department."""


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
    PARTNER = "partner"
    """An engineer of a bank or courier (`AccessClaims.partner`): sees that partner's own deliveries, nothing else."""
    SERVICE = "service"


class Actor(BaseModel):
    """Who acts where a token is for somebody else (RFC 8693 `act`): `sub` is the acting account's UUID.

    `mandate` is what allows it; revoked, it ends the token like a revoked session. `items` are the item codes it is
    limited to, `departments` the departments; both empty: all that a mandate can be for.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    sub: UUID
    mandate: UUID
    items: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()

    def covers(self, item: str, department: str) -> bool:
        """Whether the mandate is for this item: named itself, or by its department, or nothing is named."""
        if not self.items and not self.departments:
            return True
        return item in self.items or department in self.departments


class Scope(BaseModel):
    """One role of an officer, and where: in a unit, in a department (of a branch, or all of it), in the whole city."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    role: Role
    unit: str | None = None
    department: str | None = None
    branch: str | None = None

    def covers(self, unit: str) -> bool:
        """Whether it holds at `unit`, whose code says its branch (or `CITY`) and its department: `XC-HUZHENG`."""
        branch, _, department = unit.partition("-")
        if self.unit is not None:
            return unit == self.unit
        return self.department in (None, department) and self.branch in (None, branch)


class AccessClaims(BaseModel):
    """`sub` is the account's or officer's UUID, or the service's name for `Role.SERVICE`.

    `exp`, `iat`, `nbf` (where it is given), `auth_time` (when its owner last proved who they are) are Unix seconds;
    `amr` how they did (RFC 8176: `pwd`,
    `sms`, `otp`, …). `rank` (officers): 0 auxiliary, 1 reviewer, 2 section head, 3 unit leader, 4 bureau leader. `ial`
    (people): 0 none, 1 phone, 2 two factors (name and number), 3 face, 4 window or certificate; of whoever acts.
    `act`: somebody else acts for `sub`. `scopes`: roles that hold elsewhere than at the officer's own post.
    `partner` (`Role.PARTNER`): whose engineer it is, by the name of its payment channel or courier.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    iss: str
    aud: str
    sub: str
    exp: int
    iat: int
    nbf: int | None = None
    jti: str
    sid: str | None = None
    roles: tuple[Role, ...]
    unit: str | None = None
    department: str | None = None
    rank: int = 0
    ial: int = 0
    auth_time: int | None = None
    amr: tuple[str, ...] = ()
    act: Actor | None = None
    scopes: tuple[Scope, ...] = ()
    partner: str | None = None

    @property
    def leads_department(self) -> bool:
        """Leaders and supervisors at the department's city unit answer for all of its units."""
        leads = self.rank >= UNIT_LEADER or Role.SUPERVISOR in self.roles
        return self.department is not None and self.unit == f"CITY-{self.department}" and leads

    def serves(self, unit: str, department: str) -> bool:
        """Whether the officer's own post is for what that unit handles; `scopes` say where else they serve."""
        return department == self.department and (unit == self.unit or self.leads_department)
