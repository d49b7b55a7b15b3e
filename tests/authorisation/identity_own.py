"""What belongs to a person or an officer in identity-svc: log-ins, messages, links, mandates, exports."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from secrets import token_urlsafe
from typing import Any
from uuid import UUID, uuid4

from chassis.clock import SHANGHAI, now
from chassis.ids import uuid7
from identity_svc.domain.factors.devices import new_token
from identity_svc.domain.people.erasure import Erasure, ErasureState
from identity_svc.domain.people.export import PARTS, Export, ExportState, Part
from identity_svc.domain.ways_in.vouched import Provider, Vouched
from stdnum.cn import ric

from .identity_addresses import AddressBooks
from .identity_people import NAMES, PASSWORD, People, own, soon
from .table import kit
from .trying import Object

second_factor = kit("identity", "tests/integration/test_second_factor.py")
DEVICE = "只有本人知道名字的设备"
REASON = "只有本人看得到的查看原因"
EXPORTED = "only-the-owner-downloads-this.json"
UNTIL = (now().astimezone(SHANGHAI) + timedelta(days=300)).date().isoformat()


class Own(AddressBooks):
    def __init__(self, people: People) -> None:
        self.people, self.sql = people, people.identity.sql
        self._children = 0

    # accounts and sessions

    async def account(self, who: str) -> Object:
        return Object(shows=(str(self.people.ids[who]),))

    async def officer(self, _: str) -> Object:
        return await self.account("officer")

    async def session(self, who: str) -> Object:
        sid = uuid4()
        owner = "account_id" if who in NAMES else "officer_id"
        await self.sql(
            f"INSERT INTO session (id, {owner}, method, secret, idle_until, expires_at, name)"
            " VALUES ($1, $2, 'code', '', now() + '1 day', now() + '1 day', $3)",
            sid, self.people.ids[who], DEVICE,
        )  # fmt: skip
        return Object({"session_id": str(sid)})

    async def officers_session(self, _: str) -> Object:
        return await self.session("officer")

    async def sessions(self, who: str) -> Object:
        made = await self.session(who)
        return Object(query={"limit": "500"}, shows=(made.path["session_id"],))

    async def sole_session(self, who: str) -> Object:
        """Besides the one at hand of everybody."""
        await self.sql("DELETE FROM session WHERE id <> ALL($1::uuid[])", self.people.sessions)
        return Object(shows=((await self.session(who)).path["session_id"],))

    async def officers_sessions(self, _: str) -> Object:
        return await self.sessions("officer")

    async def assurance(self, who: str) -> Object:
        await self.sql(
            "INSERT INTO assurance (account_id, level, source, officer_id, window_code)"
            " VALUES ($1, 2, 'window', $2, 'W-OWN-PROOF')",
            self.people.ids[who], uuid4(),
        )  # fmt: skip
        return Object(shows=("W-OWN-PROOF",))

    async def viewed(self, who: str) -> Object:
        await self.sql(
            "INSERT INTO access_log (account_id, viewer, why) VALUES ($1, 'case-svc', $2)",
            self.people.ids[who], REASON,
        )  # fmt: skip
        return Object(shows=(REASON,))

    async def unnamed(self, who: str) -> Object:
        await self.people.unnamed(who)
        return Object(json={"name": f"钱{who[:1]}", "id_number": own.some_id_number()})

    async def password(self, _: str) -> Object:
        await self.people.identity.forget_limits()
        return Object(json={"current_password": PASSWORD, "new_password": PASSWORD + "新"})

    # messages

    async def message(self, who: str) -> Object:
        made = uuid7()
        await self.sql(
            "INSERT INTO message (id, recipient_id, kind, facts) VALUES ($1, $2, 'export_requested', '{}')",
            made, self.people.ids[who],
        )  # fmt: skip
        return Object(query={"limit": "100"}, shows=(str(made),))

    async def officers_message(self, _: str) -> Object:
        return await self.message("officer")

    async def unread(self, who: str) -> Object:
        await self.sql(
            "INSERT INTO message (id, recipient_id, kind, facts)"
            " SELECT gen_random_uuid(), $1, 'export_requested', '{}' FROM generate_series(1, 50)",
            self.people.ids[who],
        )
        count = "SELECT count(*) FROM message WHERE recipient_id = $1 AND read_at IS NULL"
        (row,) = await self.sql(count, self.people.ids[who])
        return Object(shows=(f'"count":{row[0]}}}',))

    async def message_to_read(self, who: str) -> Object:
        await self.sql("DELETE FROM message")
        made = await self.message(who)
        return Object(json={"message_id": made.shows[0]})

    # links, consents, exports, checks

    async def link(self, who: str) -> Object:
        made = uuid7()
        await self.sql(
            "INSERT INTO identity_link (id, account_id, provider, proof) VALUES ($1, $2, 'wechat', 'sms')",
            made, self.people.ids[who],
        )  # fmt: skip
        return Object({"link_id": str(made)})

    async def links(self, who: str) -> Object:
        return Object(shows=((await self.link(who)).path["link_id"],))

    async def ticket(self, _: str) -> Object:
        vouched = Vouched(Provider.WECHAT, (f"wechat:{uuid4()}",))
        async with self.people.identity.running.uow() as uow:
            ticket = await self.people.state.ways_in.manage_links._tickets.issue(uow, vouched)
        return Object(json={"ticket": ticket})

    async def unlinked(self, who: str) -> Object:
        await self.sql("DELETE FROM identity_link WHERE account_id = $1", self.people.ids[who])
        return await self.ticket(who)

    async def client(self) -> str:
        client_id = str(uuid4())
        await self.sql(
            "INSERT INTO oidc_client (id, department, name, name_en, redirect_uris, post_logout_redirect_uris,"
            " scopes, serves, minimum_level, secret_hash) VALUES ($1, 'HUZHENG', '预约系统', 'Appointments',"
            " '{https://booking.test/back}', '{}', '{openid}', '{people}', 1, 'x')",
            client_id,
        )  # fmt: skip
        return client_id

    async def consent(self, who: str) -> Object:
        client_id = await self.client()
        await self.sql(
            "INSERT INTO oidc_consent (owner_id, client_id, scopes) VALUES ($1, $2, '{openid}')",
            self.people.ids[who], client_id,
        )  # fmt: skip
        return Object({"client_id": client_id})

    async def consents(self, who: str) -> Object:
        return Object(shows=((await self.consent(who)).path["client_id"],))

    async def no_export(self, who: str) -> Object:
        await self.sql("DELETE FROM person_export WHERE account_id = $1", self.people.ids[who])
        return Object()

    async def export(self, who: str) -> Object:
        """Ready, with a file whose name stands in the archive."""
        moment, exports = now(), self.people.state.people.exports
        parts = {name: Part() for name in PARTS}
        made = Export(
            uuid7(),
            self.people.ids[who],
            ExportState.READY,
            moment,
            moment,
            moment + timedelta(days=1),
            parts,
        )
        async with self.people.identity.running.uow() as uow:
            await exports.add(uow, made)
            await exports.put(uow, made.id, EXPORTED, b"{}")
        return Object({"export_id": str(made.id)})

    async def exports(self, who: str) -> Object:
        return Object(shows=((await self.export(who)).path["export_id"],))

    async def archive(self, who: str) -> Object:
        return replace(await self.export(who), shows=(EXPORTED,))

    async def to_erase(self, who: str) -> Object:
        await self.people.identity.forget_limits()
        await self.sql("DELETE FROM erasure WHERE account_id = $1", self.people.ids[who])
        return Object(shows=('"parts"',))

    async def erasure(self, who: str) -> Object:
        return replace(await self.receipt(who), path={})

    async def receipt(self, who: str) -> Object:
        """Of an account that ends by itself on a day in the far future, which no other answer names."""
        await self.to_erase(who)
        receipt, due = token_urlsafe(24), datetime(2091, 3, 7, tzinfo=UTC)
        made = Erasure(uuid7(), self.people.ids[who], [], ErasureState.WAITING, now(), due)
        async with self.people.identity.running.uow() as uow:
            await self.people.state.erasure.erasures.add(uow, made, receipt)
        return Object({"receipt": receipt}, shows=("2091-03-07",))

    async def another_receipt(self, who: str) -> Object:
        await self.receipt(who)
        return Object({"receipt": "A" * 32}, shows=("2091-03-07",), absent={"receipt": "B" * 32})

    async def face_check(self, who: str) -> Object:
        await self.people.identity.forget_limits()
        made = await self.people.does(who, "POST", "/api/identity/face-checks", {}, 201)
        return Object({"check_id": made["id"]}, shows=('"pending"',))

    async def unlimited(self, _: str) -> Object:
        await self.people.identity.forget_limits()
        return Object()

    async def scanned(self, who: str) -> Object:
        shown = await self._shown()
        body = {"code": shown["scan_url"].rpartition("code=")[2]}
        await self.people.does(who, "POST", "/api/identity/qr-log-ins/scans", body)
        return Object({"log_in_id": shown["id"]})

    async def to_scan(self, _: str) -> Object:
        return Object(json={"code": (await self._shown())["scan_url"].rpartition("code=")[2]})

    async def to_fetch(self, who: str) -> Object:
        shown = await self._shown()
        return Object({"log_in_id": shown["id"]}, json={"secret": shown["secret"]}, shows=('"waiting"',))

    async def to_guess(self, who: str) -> Object:
        made = await self.to_fetch(who)
        return replace(made, json={"secret": "A" * 43})

    async def _shown(self) -> dict[str, Any]:
        await self.people.identity.forget_limits()
        answer = await self.people.identity.post("/sessions/qr", {})
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    # mandates

    async def _mandate(self, who: str, state: str, **more: Any) -> str:
        await self.sql("DELETE FROM mandate WHERE principal_id = $1", self.people.ids[who])
        body = {
            "agent_phone": self.people.phones["receiver"], "agent_name": NAMES["receiver"], "until": UNTIL,
            **more,
        }  # fmt: skip
        made = await self.people.does(who, "POST", "/api/identity/mandates", body, 201)
        one = f"/api/identity/mandates/{made['id']}"
        if state == "active":
            await self.people.does("receiver", "POST", f"{one}/accept")
        return str(made["id"])

    async def offered(self, who: str) -> Object:
        return Object({"mandate_id": await self._mandate(who, "offered")})

    async def active(self, who: str) -> Object:
        return Object({"mandate_id": await self._mandate(who, "active")})

    async def named_mandate(self, who: str) -> Object:
        made = await self._mandate(who, "active")
        return Object(query={"id": made}, shows=(made,))

    async def listed_mandate(self, who: str) -> Object:
        return Object(shows=(await self._mandate(who, "active"),))

    async def to_act_by(self, who: str) -> Object:
        return Object(json={"mandate_id": await self._mandate(who, "active")}, shows=("access_token",))

    async def to_offer(self, who: str) -> Object:
        await self.people.identity.forget_limits()
        await self.sql("DELETE FROM mandate WHERE principal_id = $1", self.people.ids[who])
        return Object(json={"agent_phone": own.some_phone(), "agent_name": "钱进", "until": UNTIL})

    async def to_appoint(self, _: str) -> Object:
        """The receiver may appoint agents of the company."""
        await self._mandate("company", "active", may_appoint=True)
        offer = await self.to_offer("citizen")
        return replace(offer, json=offer.json | {"principal_id": str(self.people.ids["company"])})

    async def child(self, _: str) -> Object:
        await self.people.identity.forget_limits()
        return Object(json=self._ward(f"61010220150307{self._next():03d}"))

    async def ward(self, _: str) -> Object:
        """Of the receiver: a child that has no log-in."""
        ward = self._ward(f"61010220150307{self._next():03d}")
        made = await self.people.does("receiver", "POST", "/api/identity/wards", ward, 201)
        return Object(json={"mandate_id": made["id"]}, shows=("access_token",))

    async def ward_to_see(self, who: str) -> Object:
        return Object({"mandate_id": (await self.ward(who)).json["mandate_id"]})

    async def adult_at_window(self, _: str) -> Object:
        phone, _number = await self.people.account(uuid4(), "郑监护")
        ward = self._ward(f"61010219500307{self._next():03d}")
        return Object(json=ward | {"guardian_phone": phone, "window": "W-XC-01"})

    async def at_window(self, _: str) -> Object:
        phone, number = await self.people.account(uuid4(), "吴来人")
        return Object(json={"phone": phone, "name": "吴来人", "id_number": number, "window": "W-XC-01"})

    def _next(self) -> int:
        self._children += 1
        return self._children

    def _ward(self, stem: str) -> dict[str, Any]:
        number = stem + ric.calc_check_digit(stem + "0")
        return {"name": "王小宝", "id_number": number, "until": UNTIL}

    # officers' own

    async def enrolled(self, _: str) -> Object:
        officer_id = self.people.ids["officer"]
        await self.sql("UPDATE officer SET second_factor_at = now() WHERE id = $1", officer_id)
        return Object(shows=('"enrolled":true',))

    async def to_enrol(self, _: str) -> Object:
        await self.people.identity.forget_limits()
        await self.sql("UPDATE officer SET second_factor_at = NULL")
        await self.sql("DELETE FROM second_factor")
        return Object(json={"current_password": PASSWORD})

    async def proposed(self, _: str) -> Object:
        """The first code of the officer's new authenticator."""
        code = await self.authenticator("officer", confirm=False)
        return Object(json={"code": code})

    async def confirmed(self, _: str) -> Object:
        return Object(json={"code": await self.authenticator("officer", confirm=True)})

    async def authenticator(self, column: str, *, confirm: bool) -> str:
        """A code that is good now."""
        await self.people.identity.forget_limits()
        officer_id = self.people.ids[column]
        await self.sql("DELETE FROM second_factor WHERE officer_id = $1", officer_id)
        await self.sql("UPDATE officer SET second_factor_at = NULL WHERE id = $1", officer_id)
        one = "/api/identity/me/second-factor"
        made = await self.people.does(column, "POST", one, {"current_password": PASSWORD}, 201)
        phone = second_factor.Authenticator(made["secret"])
        code = phone.code()
        if confirm:
            await self.people.does(column, "POST", f"{one}/confirmation", {"code": code})
            await self.sql("UPDATE second_factor SET last_step = last_step - 10")
            code = phone.code()
        await self.people.identity.forget_limits()
        return code

    async def device(self, _: str) -> Object:
        token = new_token(uuid7())
        async with self.people.identity.running.uow() as uow:
            devices = self.people.state.factors.devices
            await devices.add(uow, self.people.ids["officer"], token, DEVICE, now() + timedelta(days=1))
        return Object({"device_id": str(token.device_id)})

    async def devices(self, who: str) -> Object:
        await self.device(who)
        return Object(shows=(DEVICE,))

    async def own_scopes(self, _: str) -> Object:
        return Object(shows=(str(await self.scope(self.people.ids["officer"])),))

    async def scope(self, officer_id: UUID, unit: str = "BL-HUZHENG") -> UUID:
        made = uuid7()
        await self.sql("DELETE FROM officer_scope WHERE officer_id = $1", officer_id)
        await self.sql(
            "INSERT INTO officer_scope (id, officer_id, role, unit, granted_by, granted_at)"
            " VALUES ($1, $2, 'officer', $3, $4, now())",
            made, officer_id, unit, uuid4(),
        )  # fmt: skip
        return made

    async def shift(self, officer_id: UUID) -> str:
        """Tomorrow, at the unit of the table."""
        made = uuid7()
        await self.sql("DELETE FROM duty_shift WHERE officer_id = $1", officer_id)
        await self.sql(
            "INSERT INTO duty_shift (id, officer_id, unit, starts_at, ends_at, planned_by)"
            " VALUES ($1, $2, $3, now() + '1 day', now() + '1 day 8 hours', $4)",
            made, officer_id, self.people.cast.unit, uuid4(),
        )  # fmt: skip
        return str(made)

    async def own_duty(self, _: str) -> Object:
        return Object(shows=(await self.shift(self.people.ids["officer"]),))


def shift_of(badge: str, unit: str) -> dict[str, str]:
    return {"badge_no": badge, "unit": unit, "starts_at": soon(days=2), "ends_at": soon(days=2, hours=8)}
