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
from courier_svc.bootstrap import build
from courier_svc.domain.address import Address
from courier_svc.settings import CourierSettings

from ..conftest import HOME

ADDRESS = asdict(HOME)
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
        held.known |= held.do(shipments(held))
        held.at["PUT /api/shipments/{shipment_id}/address"] = {"body": [ADDRESS]}
        held.at["POST /api/shipments/{shipment_id}/resend"] = {"body": [{}, {"address": ADDRESS}]}
        yield held


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
