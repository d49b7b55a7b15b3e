"""courier-svc against its table: parcels, where they go, and the courier's door."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from chassis.ids import uuid7
from contracts.case import CaseDispatchRequested

from .callers import Cast
from .every_service import export_of, for_operators, for_partners
from .table import kit, table
from .trying import Call, Object, Trial, each

own = kit("courier")
keys, sandbox, addresses, saved, public_url, svc, courier = (
    own.keys, own.sandbox, own.addresses, own.saved, own.public_url, own.svc, own.courier
)  # fmt: skip
sandbox_settings, courier_settings = own.sandbox_settings, own.courier_settings
ROWS = table("courier-svc")
SECRETS = (own.HOME.name, own.HOME.phone, own.HOME.address, "南大街9号", "13900000000")
REFUSED = ("refused_delivery",)
ELSEWHERE = {
    "name": "李四", "phone": "13900000000", "province": "陕西省", "city": "西安市", "address": "南大街9号",
}  # fmt: skip
EMS_DOOR = "POST /webhooks/courier/ems"
SF_DOOR = "POST /webhooks/courier/sf/{secret}"


class Objects:
    """Parcels of cases of unit XC-HUZHENG. Nobody is shown a whole address, so all of one is secret."""

    def __init__(self, svc: Any, courier: Any, cast: Cast) -> None:
        self.svc, self.courier, self.cast = svc, courier, cast
        self.book = svc.service.state.desk.saved

    async def _requested(self, who: str) -> Any:
        facts = own.case_facts(
            applicant_id=getattr(self.cast, who), unit=self.cast.unit, department=self.cast.department
        )
        event = CaseDispatchRequested(**facts, postage_free=True)
        await self.svc.deliver(event)
        return own.Parcel(self.svc, event)

    async def _created(self, who: str) -> Any:
        parcel = await self._requested(who)
        await self.svc.run_jobs()
        assert await parcel.state() == "created"
        return parcel

    async def shipment(self, who: str) -> Object:
        row = await (await self._created(who)).row()
        return Object({"shipment_id": str(row["id"])}, shows=(row["waybill_no"],))

    async def shipment_and_book(self, who: str) -> Object:
        made, kept = await self.shipment(who), uuid4()
        self.book.places[getattr(self.cast, who), kept] = own.HOME
        return replace(made, json={"saved_address_id": str(kept)})

    async def labelled(self, who: str) -> Object:
        row = await (await self._created(who)).row()
        return Object({"shipment_id": str(row["id"])}, shows=(row["order_no"],))

    async def listed(self, who: str) -> Object:
        row = await (await self._requested(who)).row()
        return Object(query={"limit": "100"}, shows=(str(row["id"]),))

    async def of_case(self, who: str) -> Object:
        row = await (await self._requested(who)).row()
        return Object(query={"case_id": str(row["case_id"])}, shows=(str(row["id"]),))

    async def returned(self, who: str) -> Object:
        parcel = await self._created(who)
        for code in ("PICKED_UP", "RETURNED"):
            await self.courier.push(await parcel.order_no(), code)
        return Object({"shipment_id": str((await parcel.row())["id"])})

    async def delivered(self, who: str) -> Object:
        parcel = await self._created(who)
        for code in ("PICKED_UP", "DELIVERED"):
            await self.courier.push(await parcel.order_no(), code)
        return Object({"shipment_id": str((await parcel.row())["id"])})

    async def claimed(self, who: str) -> Object:
        made, claim_id = await self.delivered(who), uuid4()
        await self.svc.service.pool.execute(
            "INSERT INTO claim (id, shipment_id, order_no, courier, kind, state, opened_at)"
            " SELECT $2, id, order_no, courier, 'damaged', 'refused', now() FROM shipment WHERE id = $1",
            UUID(made.path["shipment_id"]), claim_id,
        )  # fmt: skip
        return replace(made, path=made.path | {"claim_id": str(claim_id)})

    async def statement(self, _: str) -> Object:
        pool = self.svc.service.pool
        await pool.execute(
            "INSERT INTO statement (id, courier, month, problem) VALUES (gen_random_uuid(), 'ems', '2026-01-01',"
            " 'torn') ON CONFLICT DO NOTHING"
        )
        path, other = {"courier": "ems", "month": "2026-01"}, {"courier": "sf", "month": "2025-01"}
        return Object(path, shows=('"torn"',), absent=other)

    async def sheet(self, who: str) -> Object:
        return replace(await self.statement(who), shows=("运单号",))

    async def to_fetch(self, who: str) -> Object:
        await self.svc.service.pool.execute("DELETE FROM job WHERE kind = 'courier.fetch_statement'")
        return replace(await self.statement(who), shows=())

    async def difference(self, who: str) -> Object:
        await self.statement(who)
        found, key = uuid4(), f"EX{uuid4().hex}"
        await self.svc.service.pool.execute(
            "INSERT INTO statement_difference (id, statement_id, version, kind, key, state, found_at)"
            " SELECT $1, id, 1, 'long', $2, 'open', now() FROM statement WHERE courier = 'ems'",
            found, key,
        )  # fmt: skip
        return Object({"difference_id": str(found)}, {"limit": "100"}, shows=(key,))

    async def to_decide(self, who: str) -> Object:
        return replace(await self.difference(who), query={}, shows=())

    async def sealed(self, who: str) -> Object:
        """What EMS says of a parcel, under its key."""
        return Object(content=self.courier.sealed(await self._scan(who)))

    async def forged(self, who: str) -> Object:
        return Object(content=self.courier.sealed(await self._scan(who), key="MDEyMzQ1Njc4OWFiY2RlZg=="))

    async def told_address(self, who: str) -> Object:
        """A push of SF to the address that SF was told."""
        await self._scan(who)
        secret = (self.courier.keys / "sf-push.secret").read_text().strip()
        return Object({"secret": secret}, content=own.SF_PUSH)

    async def guessed_address(self, who: str) -> Object:
        await self._scan(who)
        return Object({"secret": "0" * 43}, content=own.SF_PUSH)

    async def _scan(self, who: str) -> bytes:
        return own.push_body(await (await self._created(who)).order_no(), "PICKED_UP")

    async def keys(self, _: str) -> Object:
        """Of the partner's, who is SF."""
        return Object(shows=('"issued_here":true',))

    async def no_key(self, _: str) -> Object:
        return Object(json={})

    async def key(self, _: str) -> Object:
        """One that may be revoked, another being there."""
        made = str(uuid4())
        await self.svc.service.pool.execute(
            "INSERT INTO push_key (id, courier, digest, source, issued_at, ends_at) VALUES"
            " ($1, 'sf', sha256($2::text::bytea), 'issued', now(), now() + interval '1 hour'),"
            " (gen_random_uuid(), 'sf', sha256(random()::text::bytea), 'issued', now(), NULL)",
            made,
            made,
        )
        return Object({"key_id": made})

    async def pushed(self, who: str) -> str:
        """A push of SF, kept as a hint."""
        row = await (await self._created(who)).row()
        found = await self.svc.service.pool.fetchval(
            "INSERT INTO courier_report (id, courier, event_id, shipment_id, order_no, code, occurred_at, heard_at,"
            " source, verdict, pushed_at) VALUES ($1, 'sf', $2, $3, $4, '50', now(), now(), 'push', 'hint', now())"
            " RETURNING id",
            uuid7(), str(uuid4()), row["id"], row["order_no"],
        )  # fmt: skip
        return str(found)

    async def export(self, who: str) -> Object:
        row = await (await self._requested(who)).row()
        parcel = UUID(str(row["id"]))
        shown = export_of(getattr(self.cast, who), str(parcel))
        # Of the many that the other rows opened, the page with this one.
        return replace(shown, query={"after": str(UUID(int=parcel.int - 1))})

    async def to_end_first(self, who: str) -> Object:
        await self._requested(who)
        return export_of(getattr(self.cast, who), "寄递尚未结束")

    async def to_erase(self, who: str) -> Object:
        await self._requested(who)
        return export_of(getattr(self.cast, who), "尚在途中的寄递")


def calls(make: Objects) -> dict[str, Call]:
    one, books = "/api/shipments/{shipment_id}", "/api/couriers/statements"
    return {
        "GET /api/shipments": Call(make.listed, reads=True),
        "GET /api/shipments (?case_id)": Call(make.of_case, reads=True),
        f"GET {one}": Call(make.shipment, reads=True),
        f"POST {one}/resend": Call(make.returned, {"address": ELSEWHERE}),
        f"PUT {one}/address": Call(make.shipment, ELSEWHERE),
        f"PUT {one}/address/saved": Call(make.shipment_and_book),
        f"POST {one}/label": Call(make.labelled),
        f"POST {one}/claims": Call(make.delivered, {"kind": "damaged"}),
        f"POST {one}/claims/{{claim_id}}/reissue": Call(make.claimed),
        f"GET {books}": Call(make.statement, reads=True),
        f"GET {books}/differences": Call(make.difference, reads=True),
        f"POST {books}/differences/{{difference_id}}/decision": Call(
            make.to_decide, {"decision": "accept", "note": "已核实"}
        ),
        f"POST {books}/{{courier}}/{{month}}/fetch": Call(make.to_fetch),
        f"GET {books}/{{courier}}/{{month}}/sheet": Call(make.sheet, reads=True),
        EMS_DOOR: Call(make.forged, counts=REFUSED),
        f"{EMS_DOOR} (sealed)": Call(make.sealed),
        SF_DOOR: Call(make.guessed_address, counts=REFUSED),
        f"{SF_DOOR} (told)": Call(make.told_address),
        "GET /internal/people/{account_id}/export": Call(make.export, reads=True),
        "GET /internal/people/{account_id}/blockers": Call(make.to_end_first, reads=True),
        "GET /internal/people/{account_id}/erasure": Call(make.to_erase, reads=True),
        **for_partners("/api/partner/parcels", make.pushed),
        "GET /api/partner/parcels/keys": Call(make.keys, reads=True),
        "POST /api/partner/parcels/keys": Call(make.no_key),
        "POST /api/partner/parcels/keys/{key_id}/revoke": Call(make.key),
        **for_operators("courier-svc", make.svc),
    }


@pytest.fixture
def trial(svc, cast) -> Trial:
    return Trial(svc, replace(cast, partner="sf").by_column(), SECRETS)


async def test_who_is_turned_away_learns_and_changes_nothing(svc, courier, cast, trial, subtests) -> None:
    for row, call in each(ROWS, calls(Objects(svc, courier, cast))).items():
        with subtests.test(row):
            assert not await trial.denied(row, call, ROWS[row])


async def test_who_may_gets_it_done(svc, courier, cast, trial, subtests) -> None:
    for row, call in each(ROWS, calls(Objects(svc, courier, cast))).items():
        with subtests.test(row):
            assert not await trial.allowed(row, call, ROWS[row])
