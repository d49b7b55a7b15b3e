"""The API keeps to its own OpenAPI document, whatever is thrown at it."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from chassis.service import Service
from chassis.testing import TEST_KEYS, Tokens
from chassis.testing.doors import ACCOUNT, POST
from chassis.testing.fuzzing import Held, opened
from contracts.case import CaseDispatchRequested
from contracts.tokens import Role
from courier_svc.bootstrap import build
from courier_svc.domain.address import Address
from courier_svc.settings import CourierSettings

from ..conftest import HOME

ADDRESS = asdict(HOME)
AT = {"courier": ["ems"], "month": ["2026-01"]}
MIGRATIONS = Path(__file__).parents[2] / "src/courier_svc/migrations"
NEEDS_A_COURIER = {
    "POST /webhooks/courier/ems",  # test_pushes.py
    "POST /webhooks/courier/sf/{secret}",
    "POST /api/shipments/{shipment_id}/label",  # couriers/test_orders.py
}


class _Book:
    """Plays identity-svc, and finds whatever is chosen."""

    async def fetch(self, account_id: UUID, address_id: UUID) -> Address:
        return HOME


@pytest.fixture
def held(postgres_url: str, tokens: Tokens, keys: Path) -> Iterator[Held]:
    def service(url: str) -> Service:
        return build(
            CourierSettings(
                **TEST_KEYS, database_url=url, kafka_bootstrap="nowhere:9092", partners_keys=keys,
                service_secret="test",
            ),
            saved=_Book(),
        )  # fmt: skip

    with opened(postgres_url, MIGRATIONS, service, tokens) as held:
        held.do(held.running.deliver(*(dispatch() for _ in range(40))))
        held.known |= held.do(shipments(held)) | held.do(pushes(held))
        held.known |= held.do(claimed_and_charged(held))
        held.at["POST /api/couriers/statements/{courier}/{month}/fetch"] = AT
        held.at["GET /api/couriers/statements/{courier}/{month}/sheet"] = AT
        held.at["POST /api/shipments/{shipment_id}/claims"] = {
            "shipment_id": held.known.pop("delivered"), "body": [{"kind": "damaged"}],
        }  # fmt: skip
        held.at["POST /api/shipments/{shipment_id}/claims/{claim_id}/reissue"] = {
            "shipment_id": held.known.pop("claimed"), "claim_id": held.known.pop("claims"),
        }  # fmt: skip
        held.at["PUT /api/shipments/{shipment_id}/address"] = {"body": [ADDRESS]}
        held.at["POST /api/shipments/{shipment_id}/resend"] = {"body": [{}, {"address": ADDRESS}]}
        held.callers = held.callers | {Role.PARTNER: tokens.mint(ACCOUNT, (Role.PARTNER,), partner="sf")}
        held.known |= held.do(push_keys(held))
        yield held


async def push_keys(held: Held) -> dict[str, list[str]]:
    """One that stays, and some that have ended."""
    async with held.running.uow() as uow:
        rows = await uow.fetch(
            "INSERT INTO push_key (id, courier, digest, source, issued_at, ends_at)"
            " SELECT gen_random_uuid(), 'sf', sha256(one::text::bytea), 'issued', now(),"
            " CASE WHEN one > 1 THEN now() END FROM generate_series(1, 4) AS one RETURNING id"
        )
    return {"key_id": [str(row["id"]) for row in rows]}


async def pushes(held: Held) -> dict[str, list[str]]:
    """Some whose orders are not ours."""
    async with held.running.uow() as uow:
        rows = await uow.fetch(
            "INSERT INTO courier_report (id, courier, event_id, order_no, code, occurred_at, heard_at, source,"
            " verdict, pushed_at) SELECT gen_random_uuid(), 'sf', 'e' || one, 'o' || one, '203', now(), now(),"
            " 'push', 'held', now() FROM generate_series(1, 5) AS one RETURNING id"
        )
    return {"delivery_id": [str(row["id"]) for row in rows]}


async def shipments(held: Held) -> dict[str, list[str]]:
    """Those that the applicant has, every other one of them returned."""
    async with held.running.uow() as uow:
        rows = await uow.fetch(
            "UPDATE shipment SET state = CASE row % 2 WHEN 0 THEN 'returned' ELSE state END"
            " FROM (SELECT id AS one, row_number() OVER (ORDER BY id) AS row FROM shipment) AS numbered"
            " WHERE one = id RETURNING id, case_id"
        )
    return {
        "shipment_id": [str(row["id"]) for row in rows],
        "case_id": [str(row["case_id"]) for row in rows],
    }


async def claimed_and_charged(held: Held) -> dict[str, list[str]]:
    """Delivered parcels, some of them claimed already, and a statement with differences."""
    some = "ARRAY(SELECT id FROM shipment WHERE state = 'requested' ORDER BY id LIMIT 12)"
    async with held.running.uow() as uow:
        rows = await uow.fetch(
            f"UPDATE shipment SET state = 'delivered', ended_at = now() WHERE id = ANY({some}) RETURNING id"
        )
        ids = [row["id"] for row in rows]
        claims = await uow.fetch(
            "INSERT INTO claim (id, shipment_id, order_no, courier, kind, state, opened_at) SELECT"
            " gen_random_uuid(), id, order_no, courier, 'damaged', 'opened', now() FROM shipment"
            " WHERE id = ANY($1::uuid[]) RETURNING id, shipment_id",
            ids[:6],
        )
        await uow.execute(
            "INSERT INTO statement (id, courier, month) VALUES (gen_random_uuid(), 'ems', '2026-01-01')"
        )
        found = await uow.fetch(
            "INSERT INTO statement_difference (id, statement_id, version, kind, key, state, found_at)"
            " SELECT gen_random_uuid(), id, 1, 'long', n::text, 'open', now()"
            " FROM statement, generate_series(1, 9) AS n RETURNING id"
        )
    return {
        "delivered": [str(one) for one in ids[6:]],
        "claimed": [str(row["shipment_id"]) for row in claims],
        "claims": [str(row["id"]) for row in claims],
        "difference_id": [str(row["id"]) for row in found],
    }


def dispatch() -> CaseDispatchRequested:
    return CaseDispatchRequested(
        case_id=uuid4(), case_no="XA202611220001", item_code="HZ-001", item_version=1,
        department=POST["department"], unit=POST["unit"], applicant_id=ACCOUNT, state="awaiting_dispatch",
        occurred_at=datetime.now(UTC), actor="system", postage_free=True,
    )  # fmt: skip


def test_every_answer_is_as_documented(held: Held, subtests: pytest.Subtests) -> None:
    for operation in held.operations():
        with subtests.test(operation.label):
            held.try_everything(operation)
    assert held.unreached() == NEEDS_A_COURIER
