"""The API keeps to its own OpenAPI document, whatever is thrown at it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from chassis.clock import now
from chassis.parity.days import last_closed
from chassis.service import Service
from chassis.testing import TEST_KEYS, Tokens, bearer
from chassis.testing.doors import ACCOUNT, POST
from chassis.testing.fuzzing import Held, opened
from chassis.testing.standing import Standing
from contracts.case import CasePaymentRequested
from contracts.tokens import Role
from partners.app import build as build_sandbox
from partners.settings import PartnersSettings
from payment_svc.bootstrap import build
from payment_svc.domain.captures import Why
from payment_svc.domain.money_records import RefundDue
from payment_svc.settings import PaymentSettings
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

MIGRATIONS = Path(__file__).parents[2] / "src/payment_svc/migrations"
CONTROL = {"Authorization": "Bearer control-token-of-the-tests"}
FEE = 2000
TRIED_ELSEWHERE = {
    "GET /internal/parity/days/{day}",  # for evaluation-svc only: chassis/tests/test_parity.py
    "GET /internal/parity/facts/{fact}/days/{day}/hours/{hour}",
}


@pytest.fixture
def partners_url(partner_keys: Path, tmp_path: Path) -> Iterator[str]:
    settings = PartnersSettings(
        keys=partner_keys, data=tmp_path / "books.db", control_token=CONTROL["Authorization"][7:]
    )
    with Standing(lambda: beside_identity(build_sandbox(settings))) as sandbox:
        yield sandbox.url


def beside_identity(app: Starlette) -> Starlette:
    """The sandbox, with what is asked of identity-svc."""

    async def token(_: Request) -> Response:
        return JSONResponse({"access_token": "service", "expires_in": 600})

    async def name(request: Request) -> Response:
        return JSONResponse({"name": "赵小雨"})

    app.router.routes[:0] = [
        Route("/internal/service-tokens", token, methods=["POST"]),
        Route("/internal/accounts/{account_id}/name", name),
    ]
    return app


@pytest.fixture
def held(postgres_url: str, tokens: Tokens, partner_keys: Path, partners_url: str) -> Iterator[Held]:
    def service(url: str) -> Service:
        return build(
            PaymentSettings(
                **TEST_KEYS, database_url=url, kafka_bootstrap="nowhere:9092", service_secret="secret",
                partners_url=partners_url, partners_keys=partner_keys, identity_url=partners_url,
            )
        )  # fmt: skip

    with opened(postgres_url, MIGRATIONS, service, tokens) as held:
        held.do(held.running.deliver(*(payment_requested() for _ in range(30))))
        held.known |= held.do(orders(held))
        overpaid, fully = held.known["order_id"][:3], held.known["order_id"][3:5]
        held.known |= {
            "capture_id": [paid(held, partners_url, one, FEE + 1)["id"] for one in overpaid],
            "receipt_id": [one for one in fully if paid(held, partners_url, one, FEE)["state"] == "applied"],
        }
        held.do(held.running.run_jobs())
        held.known |= held.do(nights(held))
        held.at["POST /api/payments/parity/differences/{difference_id}/decision"] = {
            "body": [{"decision": "corrected", "note": "已按账单更正"}]
        }
        held.at |= held.do(bills(held))
        waiting = held.do(refunds_waiting(held, fully))
        held.at["POST /api/payments/refunds/{refund_id}/approve"] = {"refund_id": waiting[:5]}
        held.at["POST /api/payments/refunds/{refund_id}/decline"] = {"refund_id": waiting[5:]}
        held.at["POST /api/payments/orders/{order_id}/refunds"] = {
            "order_id": fully,
            "body": [{"amount_cents": 1, "reason": "多收退还"}],
        }
        engineer = tokens.mint(ACCOUNT, (Role.PARTNER,), partner="bank")
        held.callers = held.callers | {Role.PARTNER: engineer}
        held.known |= held.do(notices(held))
        yield held


async def notices(held: Held) -> dict[str, list[str]]:
    """Some that nobody could read."""
    async with held.running.uow() as uow:
        rows = await uow.fetch(
            "INSERT INTO notice (id, channel, notice_id, event, body, received_at, outcome)"
            " SELECT gen_random_uuid(), 'bank', 'n' || one, 'unreadable', '{}', now(), 'unreadable'"
            " FROM generate_series(1, 5) AS one RETURNING id"
        )
    return {"delivery_id": [str(row["id"]) for row in rows]}


async def refunds_waiting(held: Held, order_ids: list[str]) -> list[str]:
    """Some cents of paid orders, that another supervisor asked back."""
    use, made = held.running.service.state.use_cases, []
    for order_id in order_ids * 5:
        due = RefundDue(uuid4(), 5, Why.STAFF_DECIDED, "多收退还", uuid4())
        async with held.running.uow() as uow:
            order = await use.give_back._orders.lock(uow, UUID(order_id))
            await use.return_money.part(order, due, uow, waits=True)
        made.append(str(due.refund_id))
    return made


async def nights(held: Held) -> dict[str, list[str]]:
    """A day that was compared, and what differed on it."""
    day = last_closed(now())
    await held.running.count_days(day)
    async with held.running.uow() as uow:
        rows = await uow.fetch(
            "INSERT INTO parity_difference (id, pair, day, hour, about_id, what, state, found_at)"
            " SELECT gen_random_uuid(), 'books', $1, 9, gen_random_uuid(), 'books', 'raised', now()"
            " FROM generate_series(1, 9) RETURNING id",
            day,
        )
    return {"day": [str(day)], "difference_id": [str(row["id"]) for row in rows]}


async def bills(held: Held) -> dict[str, dict[str, list[Any]]]:
    """A bill, differences that are open, and such as wait for another operator."""
    path, day = "/api/payments/bills", last_closed(now())
    async with held.running.uow() as uow:
        bill = await uow.fetchval(
            "INSERT INTO bill (id, channel, payee, day, version) VALUES (gen_random_uuid(), 'bank', 'treasury', $1, 1)"
            " RETURNING id",
            day,
        )
        rows = await uow.fetch(
            "INSERT INTO bill_difference (id, bill_id, channel, payee, day, version, kind, entry, key, theirs,"
            " attempt_id, state, found_at, decision, note, decided_by)"
            " SELECT gen_random_uuid(), $1, 'bank', 'treasury', $2, 1, 'long', 'payment', n::text,"
            " jsonb_build_object('transaction_id', n::text, 'at', now(), 'amount_cents', 5),"
            " gen_random_uuid(), CASE n % 2 WHEN 0 THEN 'open' ELSE 'awaiting_approval' END, now(), 'accept', '已核实',"
            " gen_random_uuid() FROM generate_series(1, 60) AS n RETURNING id, state",
            bill, day,
        )  # fmt: skip
    ids = {
        state: [str(row["id"]) for row in rows if row["state"] == state]
        for state in ("open", "awaiting_approval")
    }
    one, account = f"{path}/differences/{{difference_id}}", f"{path}/{{channel}}/{{payee}}/{{day}}"
    known = {"channel": ["bank"], "payee": ["treasury"], "day": [str(day)]}
    return {
        f"GET {one}": {"difference_id": ids["open"]},
        f"POST {one}/decision": {
            "difference_id": ids["open"],
            "body": [{"decision": "accept", "note": "已核实"}],
        },
        f"POST {one}/approval": {"difference_id": ids["awaiting_approval"], "body": [{"approve": True}]},
        f"POST {one}/query": {"difference_id": ids["open"]},
        f"GET {account}": known,
        f"GET {account}/sheet": known,
        f"POST {account}/fetch": known,
    }


async def orders(held: Held) -> dict[str, list[str]]:
    """Open ones, and every third expired."""
    async with held.running.uow() as uow:
        rows = await uow.fetch(
            "UPDATE payment_order SET state = CASE row % 3 WHEN 0 THEN 'expired' ELSE state END"
            " FROM (SELECT id AS one, row_number() OVER (ORDER BY id) AS row FROM payment_order) AS numbered"
            " WHERE one = id RETURNING id, case_id, state"
        )
    rows.sort(key=lambda row: row["state"], reverse=True)
    return {"order_id": [str(row["id"]) for row in rows], "case_id": [str(row["case_id"]) for row in rows]}


def paid(held: Held, partners_url: str, order_id: str, cents: int) -> dict[str, Any]:
    """The payer gave that much; the money as it is booked. A cent too much is held."""
    headers = bearer(held.callers[Role.CITIZEN]) | {"Idempotency-Key": str(uuid4())}
    with httpx2.Client(base_url=f"{held.url}/api/payments/orders/{order_id}", headers=headers) as payer:
        attempt = payer.post("/attempts", json={"channel": "bank"}).json()
        number = attempt["id"].replace("-", "")
        taken = httpx2.post(
            f"{partners_url}/control/bank/orders/{number}/capture",
            json={"amount_cents": cents},
            headers=CONTROL,
        )
        assert taken.status_code == 200, taken.text
        (money,) = payer.post("/check").json()["money"]
    assert money["state"] == ("applied" if cents == FEE else "held")
    return dict(money)


def payment_requested() -> CasePaymentRequested:
    return CasePaymentRequested(
        case_id=uuid4(), case_no="XA202611220001", item_code="HUZHENG-001", item_version=1,
        department=POST["department"], unit=POST["unit"], applicant_id=ACCOUNT, state="awaiting_payment",
        occurred_at=datetime.now(UTC), actor="system", amount_cents=FEE, amount_source="fixed",
        purpose="居民身份证工本费",
    )  # fmt: skip


def test_every_answer_is_as_documented(held: Held, subtests: pytest.Subtests) -> None:
    for operation in held.operations():
        with subtests.test(operation.label):
            held.try_everything(operation)
    assert held.unreached() == TRIED_ELSEWHERE
