"""Who the columns of the tables are: one token each, and one for each service that asks."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from chassis.testing import Tokens
from contracts.tokens import Role

FOR_COMPANIES = {"company", "company≠", "agent", "agent≠scope"}
"""Columns that are tried on what belongs to the company; all others on what belongs to the citizen."""


OWNERS = {"citizen", "company", "agent"}
"""Columns of those whose the objects are, or who act for them."""
ASKERS = ("identity-svc", "payment-svc", "courier-svc", "case-svc", "evaluation-svc")
"""Services that ask others something: column `service` is the one that the operation is there for."""


ROLES: dict[str, Role | None] = {
    "anon": None,
    **dict.fromkeys(("citizen", "citizen≠", "receiver"), Role.CITIZEN),
    **dict.fromkeys(("company", "company≠", "agent", "agent≠scope"), Role.COMPANY),
    **dict.fromkeys(("officer", "officer≠unit", "officer≠dept", "leader"), Role.OFFICER),
    **dict.fromkeys(("supervisor", "supervisor≠unit", "supervisor≠dept", "helper", "city"), Role.SUPERVISOR),
    "auxiliary": Role.AUXILIARY,
    "operator": Role.OPERATOR,
    "editor": Role.CATALOG_EDITOR,
    "partner": Role.PARTNER,
    **dict.fromkeys(("service", "service≠"), Role.SERVICE),
}
"""What each column's token says its caller is."""


def owner(column: str) -> str:
    return "company" if column in FOR_COMPANIES else "citizen"


@dataclass(frozen=True)
class Cast:
    """Owners of all that is tried, and a token a column. Objects belong to `unit`, a branch's and a department's."""

    tokens: Tokens
    department: str = "HUZHENG"
    unit: str = "XC-HUZHENG"
    elsewhere: str = "BL-HUZHENG"
    """Another unit of the department."""
    stranger: tuple[str, str] = ("BL-CRJ", "CRJ")
    """A unit of another department, and that."""
    partner: str = "bank"
    """Whose engineer the column `partner` is."""
    citizen: UUID = field(default_factory=uuid4)
    company: UUID = field(default_factory=uuid4)

    def by_column(self, **claims: Any) -> dict[str, str | None]:
        claims = {"ial": 4, **claims}
        mint = self.tokens.mint

        def police(role: Role, unit: str, department: str, rank: int = 3, **more: Any) -> str:
            return mint(uuid4(), (role,), unit=unit, department=department, rank=rank, **claims, **more)

        def agent(department: str) -> str:
            act = {"sub": str(uuid4()), "mandate": str(uuid4()), "departments": [department], "items": []}
            return mint(self.company, (Role.COMPANY,), act=act, **claims)

        helping = [{"role": Role.OFFICER, "unit": self.unit}]
        return {
            "anon": None,
            "citizen": mint(self.citizen, (Role.CITIZEN,), **claims),
            "citizen≠": mint(uuid4(), (Role.CITIZEN,), **claims),
            "company": mint(self.company, (Role.COMPANY,), **claims),
            "company≠": mint(uuid4(), (Role.COMPANY,), **claims),
            "agent": agent(self.department),
            "agent≠scope": agent(self.stranger[1]),
            "officer": police(Role.OFFICER, self.unit, self.department),
            "officer≠unit": police(Role.OFFICER, self.elsewhere, self.department),
            "officer≠dept": police(Role.OFFICER, *self.stranger),
            "helper": police(Role.SUPERVISOR, self.elsewhere, self.department, scopes=helping),
            "auxiliary": police(Role.AUXILIARY, self.unit, self.department, 0),
            "supervisor": police(Role.SUPERVISOR, self.unit, self.department),
            "supervisor≠unit": police(Role.SUPERVISOR, self.elsewhere, self.department),
            "supervisor≠dept": police(Role.SUPERVISOR, *self.stranger),
            "city": police(Role.SUPERVISOR, f"CITY-{self.department}", self.department, 2),
            "leader": police(Role.OFFICER, f"CITY-{self.department}", self.department),
            "operator": mint(uuid4(), (Role.OPERATOR,), **claims),
            "editor": mint(uuid4(), (Role.CATALOG_EDITOR,), **claims),
            "partner": mint(uuid4(), (Role.PARTNER,), partner=self.partner, **claims),
            "service≠": mint("another-svc", (Role.SERVICE,), **claims),
            **{name: mint(name, (Role.SERVICE,), **claims) for name in ASKERS},
        }
