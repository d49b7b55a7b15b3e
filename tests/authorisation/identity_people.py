"""Who calls identity-svc: accounts, officers and staff that are there, each with a log-in of its own."""

import itertools
import json
from base64 import urlsafe_b64decode
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from argon2 import PasswordHasher
from chassis.clock import now
from chassis.testing import bearer
from contracts.tokens import Role
from identity_svc.domain.accounts import Account, Company, Kind
from identity_svc.domain.officers import Officer, Post
from identity_svc.domain.people.export import PARTS
from identity_svc.domain.personal import Personal

from .callers import Cast
from .table import kit

own = kit("identity")
PASSWORD = "表中每个人的口令-2026"
HASHED = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
POLICE = {Role.OFFICER, Role.AUXILIARY, Role.SUPERVISOR}
NAMES = {
    "citizen": "王小明", "citizen≠": "李小红", "company": "孙法人", "company≠": "周法人", "receiver": "赵敏",
}  # fmt: skip
USCCS = {"company": "91610131MA6TDEM00E", "company≠": "91610131MA6TDEM01H"}
SECRETS = ("王小明", "孙法人", "赵敏")
Nothing = kit("identity", "tests/integration/test_erasure.py").Elsewhere
"""Another service that keeps nothing of anybody which must be settled first."""
_badges = itertools.count(1)


def claims_of(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    found: dict[str, Any] = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


@dataclass
class People:
    """`tokens` by column, for `trying`; `ids` of those who call, `phones` of those who have one."""

    identity: Any
    cast: Cast
    tokens: dict[str, str | None] = field(default_factory=dict)
    ids: dict[str, UUID] = field(default_factory=dict)
    phones: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    sessions: list[UUID] = field(default_factory=list)
    """Of the tokens."""

    @property
    def state(self) -> Any:
        return self.identity.running.service.state

    async def come(self) -> None:
        """Everybody of the table has an account or a post, and is logged in."""
        asked = self.state.erasure.request._parts
        asked._sources.update({name: Nothing() for name in PARTS if name != "identity-svc"})
        minted = self.cast.by_column()
        minted["receiver"] = self.cast.tokens.citizen(uuid4(), ial=4)
        minted["colleague"] = self.cast.by_column()["officer"]
        for column, token in minted.items():
            if token is None or Role.SERVICE in claims_of(token)["roles"]:
                self.tokens[column] = token
                continue
            claims = claims_of(token)
            self.ids[column] = UUID(claims["sub"])
            if column in NAMES:
                await self._account(column)
            elif "act" not in claims:
                await self.officer(self.ids[column], claims)
            owner = "company" if "act" in claims else column
            self.tokens[column] = await self.log_in(owner, claims)

    async def log_in(self, column: str, claims: dict[str, Any]) -> str:
        """A token out of a session that is there."""
        sid, owner = uuid4(), "account_id" if column in NAMES else "officer_id"
        self.sessions.append(sid)
        await self.identity.sql(
            f"INSERT INTO session (id, {owner}, method, secret, idle_until, expires_at, amr)"
            " VALUES ($1, $2, 'password', '', now() + '1 day', now() + '1 day', '{pwd}')",
            sid, self.ids[column],
        )  # fmt: skip
        kept = {name: claims[name] for name in claims.keys() - {"sub", "roles", "iss", "aud", "jti"}}
        roles = tuple(Role(role) for role in claims["roles"])
        moment = int(now().timestamp())
        return self.cast.tokens.mint(
            claims["sub"], roles, **kept | {"sid": str(sid), "auth_time": moment, "amr": ["pwd"]}
        )

    async def _account(self, column: str) -> None:
        company = Company(f"企业{column}", USCCS[column]) if column in USCCS else None
        phone, number = await self.account(self.ids[column], NAMES[column], company=company)
        self.phones[column], self.numbers[column] = phone, number

    async def account(
        self, account_id: UUID, name: str | None, *, company: Company | None = None
    ) -> tuple[str, str]:
        """An account that is verified where it has a `name`; its phone and its number."""
        phone, number = own.some_phone(), own.some_id_number()
        personal = Personal(f"+86{phone}", name, number if name else None)
        verified: datetime | None = now() if name else None
        kind = Kind.ENTERPRISE if company else Kind.PERSON
        account = Account(account_id, kind, personal, company, 2 if name else 1, True, now(), verified)
        async with self.identity.running.uow() as uow:
            await self.state.menu.accounts.add(uow, account, HASHED)
        return phone, number

    async def unnamed(self, who: str) -> None:
        """`who` has proven nothing but their phone."""
        accounts, account_id = self.state.menu.accounts, self.ids[who]
        await self.identity.sql(
            "UPDATE account SET personal = $2, id_hash = NULL, ial = 1, verified_at = NULL WHERE id = $1",
            account_id, accounts._seal(account_id, Personal(f"+86{self.phones[who]}")),
        )  # fmt: skip
        await self.identity.sql("DELETE FROM assurance WHERE account_id = $1 AND level > 1", account_id)

    async def officer(self, officer_id: UUID, claims: dict[str, Any], password: str = HASHED) -> str:
        """An officer at the post that `claims` say; the badge number."""
        unit = claims.get("unit")
        branch = unit.partition("-")[0] if unit and not unit.startswith("CITY") else None
        roles = frozenset(Role(role) for role in claims["roles"])
        rank = claims.get("rank", 0)
        post = Post(unit, claims.get("department"), branch, rank, roles, partner=claims.get("partner"))
        badge = f"T-{next(_badges):05d}"
        async with self.identity.running.uow() as uow:
            officer = Officer(officer_id, badge, f"警员{badge}", post, 1)
            await self.state.menu.officers.add(uow, officer, password, password_initial=password == "")
        return badge

    async def colleague(self, password: str = HASHED) -> tuple[UUID, str]:
        """Another officer of the unit, nobody's column."""
        post = {"unit": self.cast.unit, "department": self.cast.department, "rank": 1, "roles": ["officer"]}
        officer_id = uuid4()
        return officer_id, await self.officer(officer_id, post, password)

    async def does(self, column: str, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        token = self.tokens[column]
        assert token is not None
        await self.identity.forget_limits()
        answer = await self.identity.client.request(method, path, json=body, headers=bearer(token))
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None


def soon(**ahead: int) -> str:
    return (now() + timedelta(**ahead)).isoformat()
