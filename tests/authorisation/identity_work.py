"""What officers, administrators and services of ours do in identity-svc, and the doors without a token."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from chassis.ids import uuid7
from identity_svc.application.import_officers import CODE_LIVES
from identity_svc.domain.factors.recovery import code_hash, new_code
from identity_svc.domain.ways_in.links import LinkProof
from identity_svc.domain.ways_in.vouched import Provider, Vouched

from .identity_own import Own, shift_of
from .identity_people import PASSWORD, People, own
from .trying import Object

ELSEWHERE = "BL-HUZHENG"
"""Another unit of the department."""
FOREIGN = "BL-JIAOJING"
HEAD_HASH = "ab" * 32
WHO_LOOKED = "查看原因由服务说明"


class Work:
    def __init__(self, people: People, own_things: Own) -> None:
        self.people, self.own = people, own_things
        self.identity, self.sql = people.identity, people.identity.sql
        self._numbers = itertools.count(1)

    # officers

    async def officer(self, _: str) -> Object:
        officer_id, badge = await self.people.colleague()
        return Object({"officer_id": str(officer_id)}, shows=(badge,))

    async def officers(self, who: str) -> Object:
        made = await self.officer(who)
        return Object(query={"unit": self.people.cast.unit, "limit": "500"}, shows=made.shows)

    async def _change(self, **change: Any) -> Object:
        officer_id, _badge = await self.people.colleague()
        return Object({"officer_id": str(officer_id)}, json={"version": 1} | change)

    async def to_transfer(self, _: str) -> Object:
        return await self._change(unit=ELSEWHERE)

    async def to_transfer_out(self, _: str) -> Object:
        return await self._change(unit=FOREIGN)

    async def to_promote(self, _: str) -> Object:
        return await self._change(rank=2)

    async def supervisors_own_post(self, _: str) -> Object:
        return Object(
            {"officer_id": str(self.people.ids["supervisor"])}, json={"version": 1, "unit": ELSEWHERE}
        )

    async def to_create(self, _: str) -> Object:
        badge = f"N-{next(self._numbers):05d}"
        unit = self.people.cast.unit
        return Object(
            json={"badge_no": badge, "name": "新来者", "unit": unit, "rank": 1, "roles": ["officer"]}
        )

    async def not_activated(self, _: str) -> Object:
        officer_id, _badge, _code = await self._not_activated()
        return Object({"officer_id": str(officer_id)})

    async def _not_activated(self) -> tuple[UUID, str, str]:
        officer_id, badge = await self.people.colleague(password="")
        code = new_code()
        await self.sql(
            "INSERT INTO officer_activation (officer_id, code_hash, until) VALUES ($1, $2, now() + $3)",
            officer_id, code_hash(officer_id, code), CODE_LIVES,
        )  # fmt: skip
        return officer_id, badge, code

    async def with_factor(self, _: str) -> Object:
        officer_id, _badge = await self.people.colleague()
        await self._enrolled(officer_id)
        return Object({"officer_id": str(officer_id)})

    async def operators_own_factor(self, _: str) -> Object:
        await self._enrolled(self.people.ids["operator"])
        return Object({"officer_id": str(self.people.ids["operator"])})

    async def _enrolled(self, officer_id: UUID) -> None:
        await self.sql("UPDATE officer SET second_factor_at = now() WHERE id = $1", officer_id)
        await self.sql(
            "INSERT INTO second_factor (officer_id, secret) VALUES ($1, 'x') ON CONFLICT DO NOTHING",
            officer_id,
        )

    # further assignments, rosters, sheets

    async def scopes(self, _: str) -> Object:
        officer_id, _badge = await self.people.colleague()
        scope_id = await self.own.scope(officer_id)
        return Object({"officer_id": str(officer_id)}, shows=(str(scope_id),))

    async def to_assign(self, _: str) -> Object:
        return replace(await self._change(), json={"role": "officer", "unit": ELSEWHERE})

    async def to_assign_elsewhere(self, _: str) -> Object:
        return replace(await self._change(), json={"role": "officer", "unit": FOREIGN})

    async def to_make_supervisor(self, _: str) -> Object:
        return replace(await self._change(), json={"role": "supervisor", "unit": ELSEWHERE})

    async def to_withdraw(self, _: str) -> Object:
        return await self._held(ELSEWHERE)

    async def to_withdraw_elsewhere(self, _: str) -> Object:
        return await self._held(FOREIGN)

    async def _held(self, unit: str) -> Object:
        officer_id, _badge = await self.people.colleague()
        scope_id = await self.own.scope(officer_id, unit)
        return Object({"officer_id": str(officer_id), "scope_id": str(scope_id)})

    async def shift(self, _: str) -> Object:
        officer_id, _badge = await self.people.colleague()
        return Object({"shift_id": await self.own.shift(officer_id)})

    async def roster(self, who: str) -> Object:
        made = await self.shift(who)
        return Object(query={"unit": self.people.cast.unit}, shows=(made.path["shift_id"],))

    async def to_plan(self, _: str) -> Object:
        _id, badge = await self.people.colleague()
        return Object(json={"shifts": [shift_of(badge, self.people.cast.unit)]})

    async def duty_sheet(self, _: str) -> Object:
        _id, badge = await self.people.colleague()
        row = shift_of(badge, self.people.cast.unit)
        return sheet(list(row), list(row.values()))

    async def on_duty(self, _: str) -> Object:
        officer_id, _badge = await self.people.colleague()
        shift_id = await self.own.shift(officer_id)
        await self.sql("UPDATE duty_shift SET starts_at = now() WHERE id = $1", UUID(shift_id))
        return Object(query={"unit": self.people.cast.unit}, shows=(str(officer_id),))

    async def transfer_sheet(self, _: str) -> Object:
        _id, badge = await self.people.colleague()
        return sheet(["badge_no", "unit"], [badge, ELSEWHERE])

    async def creation_sheet(self, _: str) -> Object:
        badge = f"N-{next(self._numbers):05d}"
        columns = ["badge_no", "name", "unit", "rank", "roles"]
        return sheet(columns, [badge, "新来者", self.people.cast.unit, "1", "民警"])

    # clients, services

    async def client(self, _: str) -> Object:
        return Object({"client_id": await self.own.client()})

    async def clients(self, _: str) -> Object:
        return Object(query={"limit": "500"}, shows=(await self.own.client(),))

    async def to_register(self, _: str) -> Object:
        return Object(json={
            "department": "HUZHENG", "name": "预约系统", "name_en": "Appointments",
            "redirect_uris": ["https://booking.test/back"],
        })  # fmt: skip

    async def known_person(self, who: str) -> Object:
        return Object(
            {"account_id": str(self.people.ids[who])}, {"why": "case"}, shows=(self.people.numbers[who],)
        )

    async def known_name(self, who: str) -> Object:
        return Object({"account_id": str(self.people.ids[who])}, shows=('"name":',))

    async def openid(self, who: str) -> Object:
        account_id, openid = self.people.ids[who], f"o{uuid4().hex}"
        vouched = Vouched(Provider.WECHAT, (f"openid:{openid[:18]}:{openid}",))
        async with self.identity.running.uow() as uow:
            links = self.people.state.ways_in.links
            assert await links.add(uow, uuid7(), account_id, vouched, LinkProof.SMS, datetime.now(UTC))
        return Object({"account_id": str(account_id)}, shows=(openid,))

    def head(self, number: int) -> dict[str, Any]:
        return {
            "service": "case-svc", "number": number, "hash": HEAD_HASH, "rows": 7,
            "sealed_at": datetime.now(UTC).isoformat(), "signature": "cd" * 32,
        }  # fmt: skip

    async def new_head(self, _: str) -> Object:
        return Object(json=self.head(next(self._numbers)))

    async def kept_head(self, _: str) -> Object:
        await self.people.does(
            "case-svc", "POST", "/internal/audit-heads", self.head(next(self._numbers)), 204
        )
        return Object(query={"service": "case-svc"}, shows=(HEAD_HASH,))

    async def revoked(self, _: str) -> Object:
        made = uuid7()
        await self.sql(
            "INSERT INTO revocation (revoked_id, kind, revoked_at, forget_at)"
            " VALUES ($1, 'session', now(), now() + '10 minutes')",
            made,
        )
        return Object(shows=(str(made),))

    # doors without a token

    async def to_get_code(self, _: str) -> Object:
        await self.identity.forget_limits()
        return Object(json={"phone": own.some_phone(), "purpose": "register"})

    async def to_join(self, _: str) -> Object:
        await self.identity.forget_limits()
        phone = own.some_phone()
        return Object(json={"phone": phone, **await self.identity.proof(phone, "register")})

    async def to_log_in(self, _: str) -> Object:
        await self.identity.forget_limits()
        return Object(json={"phone": self.people.phones["citizen"], "password": PASSWORD})

    async def to_refresh(self, who: str) -> Object:
        answer = await self.identity.post("/sessions", (await self.to_log_in(who)).json)
        assert answer.status_code == 201, answer.text
        return Object(json={"refresh_token": answer.json()["refresh_token"]})

    async def second_step(self, _: str) -> Object:
        code = await self.own.authenticator("colleague", confirm=True)
        (row,) = await self.sql("SELECT badge_no FROM officer WHERE id = $1", self.people.ids["colleague"])
        answer = await self.identity.post("/sessions", {"badge_no": row[0], "password": PASSWORD})
        assert answer.status_code == 202, answer.text
        return Object(json={"challenge": answer.json()["challenge"], "code": code})

    async def to_activate(self, _: str) -> Object:
        await self.identity.forget_limits()
        _id, badge, code = await self._not_activated()
        return Object(json={"badge_no": badge, "activation_code": code, "new_password": PASSWORD})

    async def wechat_user(self, _: str) -> Object:
        user = await self.identity.sandbox.control("POST", "/wechat/users", {"phone": own.some_phone()})
        path = f"/wechat/users/{user['user_id']}/codes"
        made = await self.identity.sandbox.control("POST", path, {"kind": "login"})
        return Object(json={"js_code": made["code"]})

    async def to_get_link_code(self, who: str) -> Object:
        await self.identity.forget_limits()
        ticket = (await self.own.ticket(who)).json
        return Object(json=ticket | {"phone": own.some_phone()})

    async def to_link(self, who: str) -> Object:
        await self.identity.forget_limits()
        phone = own.some_phone()
        return Object(
            json=(await self.own.ticket(who)).json
            | {"phone": phone, **await self.identity.proof(phone, "link")}
        )


def sheet(columns: list[str], row: list[str]) -> Object:
    text = ",".join(columns) + "\n" + ",".join(row) + "\n"
    return Object(content=text.encode(), headers={"Content-Type": "application/octet-stream"})
