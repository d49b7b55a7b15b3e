"""Monthly statements of every courier: fetched by its protocol, held against our parcels, decided about."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from chassis.clock import SHANGHAI
from chassis.testing import Running, bearer
from contracts.case import CaseDispatchRequested
from courier_svc.domain.statements import bounds, last_over, month_before

from ..conftest import Parcel, SandboxCourier, case_facts

STATEMENTS = "/api/couriers/statements"
MONTH = f"{last_over(datetime.now(UTC)):%Y-%m}"
BEFORE = month_before(last_over(datetime.now(UTC)))
LONG_AGO = datetime.now(SHANGHAI).replace(day=1, hour=0, minute=0, second=0, microsecond=0) - timedelta(
    days=10
)


class Desk:
    """Parcels that travelled last month, and the operator who looks at what they cost."""

    def __init__(self, svc: Running, sandbox: SandboxCourier, courier: str) -> None:
        self.svc, self.sandbox, self.courier = svc, sandbox, courier
        self.operator = bearer(svc.tokens.operator())

    async def travelled(self, count: int, at: datetime = LONG_AGO) -> None:
        """So many were picked up then, by both sides' books."""
        for _ in range(count):
            event = CaseDispatchRequested(**case_facts(), postage_free=True)
            await self.svc.deliver(event)
            await self.svc.run_jobs()
            await self.sandbox.advance(await Parcel(self.svc, event).order_no(), "PICKED_UP")
        await self.svc.service.pool.execute(
            "UPDATE job SET run_at = now() WHERE kind = 'courier.poll_traces'"
        )
        await self.svc.service.pool.execute(
            "UPDATE shipment SET created_at = created_at - interval '1 day', last_heard_at = NULL"
        )
        await self.svc.run_jobs()
        pool = self.svc.service.pool
        await pool.execute("UPDATE courier_report SET occurred_at = $1 WHERE occurred_at > $1", at)
        await pool.execute("UPDATE leg SET begun_at = $1 WHERE begun_at > $1", at)
        self._theirs(at)

    def _theirs(self, at: datetime) -> None:
        books = self.sandbox.app.state.sandbox.books
        books.run("UPDATE parcel_scan SET time = ? WHERE time > ?", *[int(at.timestamp() * 1000)] * 2)

    async def spoiled(self, month: str = MONTH, **how: Any) -> None:
        await self.sandbox.control("PUT", f"/courier/statements/{self.courier}/{month}", how)

    async def fetched(self, month: str = MONTH) -> None:
        path = f"{STATEMENTS}/{self.courier}/{month}/fetch"
        answer = await self.svc.client.post(path, headers=self.operator | {"Idempotency-Key": str(uuid4())})
        assert answer.status_code == 202, answer.text
        await self.svc.run_jobs()

    async def watched(self) -> None:
        """As every hour."""
        await self.svc.service.pool.execute(
            "INSERT INTO job (kind, key) VALUES ('courier.watch_statements', 'recurring')"
            " ON CONFLICT (kind, key) DO UPDATE SET run_at = now()"
        )
        await self.svc.run_jobs()

    async def shown(self, month: str = MONTH) -> dict[str, Any]:
        answer = await self.svc.client.get(f"{STATEMENTS}?courier={self.courier}", headers=self.operator)
        (one,) = [one for one in answer.json()["items"] if one["month"] == month]
        return one

    async def differences(self, state: str = "waiting", month: str = MONTH) -> list[dict[str, Any]]:
        path = f"{STATEMENTS}/differences?state={state}&courier={self.courier}&month={month}"
        answer = await self.svc.client.get(path, headers=self.operator)
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]

    async def kinds(self, state: str = "waiting", month: str = MONTH) -> list[str]:
        return sorted(one["kind"] for one in await self.differences(state, month))

    async def decided(self, one: str, decision: str, note: str = "与客户经理核实") -> Any:
        return await self.svc.client.post(
            f"{STATEMENTS}/differences/{one}/decision",
            json={"decision": decision, "note": note},
            headers=self.operator | {"Idempotency-Key": str(uuid4())},
        )


@pytest.fixture
async def desk(svc: Running, sandbox: SandboxCourier, open_door: None, carried_by: str) -> Desk:
    await sandbox.control("PATCH", "/settings", {"time_scale": 0.001})
    return Desk(svc, sandbox, carried_by)


async def test_a_statement_like_our_books_leaves_nothing_to_decide(desk: Desk) -> None:
    await desk.travelled(3)
    for _ in range(2):
        await desk.fetched()
        one = await desk.shown()
        assert (one["version"], one["lines"], one["our_parcels"], one["equal"]) == (1, 3, 3, 3)
        assert one["fee_cents"] == 3600 and await desk.differences("all") == []


async def test_each_fault_is_found_as_what_it_is_and_once(desk: Desk) -> None:
    await desk.travelled(6)
    await desk.spoiled(missing=1, extra=1, duplicate=1, wrong_fee=1, wrong_weight=1)
    for _ in range(2):
        await desk.fetched()
        assert await desk.kinds() == ["amount", "duplicate", "long", "short", "weight"]
    assert (await desk.shown())["equal"] == 3
    found = {one["kind"]: one for one in await desk.differences()}
    assert found["amount"]["theirs"]["fee_cents"] - found["amount"]["ours"]["fee_cents"] == 300
    assert found["long"]["ours"] is None and found["short"]["theirs"] is None
    assert found["weight"]["theirs"]["grams"] == 5000


async def test_a_late_statement_is_fetched_when_it_comes_and_a_later_one_corrects(desk: Desk) -> None:
    await desk.travelled(2)
    await desk.spoiled(late=True)
    await desk.fetched()
    assert (await desk.shown())["problem"] == "not_ready" and await desk.differences() == []
    await desk.spoiled(wrong_fee=1, missing=1)
    await desk.fetched()
    assert await desk.kinds() == ["amount", "short"]
    await desk.spoiled()
    await desk.fetched()
    assert await desk.kinds() == [] and await desk.kinds("resolved") == ["amount", "short"]
    assert {one["outcome"] for one in await desk.differences("resolved")} == {"later_version"}
    assert (await desk.shown())["version"] == 2


@pytest.mark.parametrize(("how", "problem"), [("wrong_hash", "wrong_hash"), ("torn", "torn")])
async def test_a_file_that_cannot_be_believed_replaces_nothing(desk: Desk, how: str, problem: str) -> None:
    await desk.travelled(2)
    await desk.fetched()
    await desk.spoiled(**{how: True})
    await desk.fetched()
    one = await desk.shown()
    assert (one["problem"], one["version"], one["equal"]) == (problem, 1, 2)


async def test_a_courier_that_is_down_is_asked_again(desk: Desk) -> None:
    await desk.travelled(1)
    await desk.sandbox.fault(down=True)
    await desk.fetched()
    assert (await desk.shown())["problem"] == "unreachable"
    await desk.sandbox.fault()
    await desk.svc.service.pool.execute("UPDATE statement SET next_look_at = now()")
    await desk.watched()
    assert (await desk.shown())["equal"] == 1


async def test_statements_of_months_that_are_over_are_fetched_by_themselves(desk: Desk) -> None:
    await desk.travelled(1)
    for _ in range(2):
        await desk.watched()
        one = await desk.shown()
        assert (one["month"], one["version"], one["equal"]) == (MONTH, 1, 1)


async def test_each_difference_ends_by_a_decision_that_stays(desk: Desk) -> None:
    await desk.travelled(2)
    await desk.spoiled(wrong_fee=1)
    await desk.fetched()
    (one,) = await desk.differences()
    answer = await desk.decided(one["id"], "claim_back", "电话 13812345678 已告知")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["state"], told["decision"]) == ("decided", "claim_back")
    assert "13812345678" not in told["note"] and told["decided_by"]
    again = await desk.decided(one["id"], "accept")
    assert (again.status_code, again.json()["type"]) == (409, "/problems/statement-decision-not-possible")
    await desk.fetched()
    assert await desk.differences() == [] and await desk.kinds("decided") == ["amount"]
    await desk.spoiled()
    await desk.fetched()
    assert await desk.kinds("resolved") == ["amount"]


async def test_a_parcel_of_the_last_evening_may_stand_in_the_next_statement(desk: Desk) -> None:
    month = f"{BEFORE:%Y-%m}"
    await desk.travelled(1, bounds(BEFORE)[1] - timedelta(minutes=5))
    await desk.spoiled(month, missing=1)
    await desk.fetched(month)
    assert (await desk.shown(month))["our_parcels"] == 1 and await desk.kinds(month=month) == []
    await desk.fetched()
    assert (await desk.shown())["version"] == 1
    assert await desk.kinds(month=month) == ["short"], "it stands in neither"


async def test_the_sheet_has_every_line_with_its_result_and_no_formula(desk: Desk) -> None:
    await desk.travelled(3)
    await desk.spoiled(missing=1, wrong_fee=1)
    await desk.fetched()
    (short,) = [one for one in await desk.differences() if one["kind"] == "short"]
    await desk.decided(short["id"], "accept", "=1+1 已说明")
    answer = await desk.svc.client.get(f"{STATEMENTS}/{desk.courier}/{MONTH}/sheet", headers=desk.operator)
    assert answer.headers["content-type"].startswith("text/csv")
    lines = answer.content.decode("utf-8-sig").split("\r\n")
    assert lines[0].startswith("结果,运单号") and len([line for line in lines if line]) == 4
    assert sorted(line.split(",")[0] for line in lines[1:4]) == ["相符", "短款：只有本平台有", "费用不符"]
    assert "'=1+1 已说明" in answer.text


async def test_wrong_months_and_couriers_are_told(desk: Desk) -> None:
    this_month = f"{datetime.now(SHANGHAI):%Y-%m}"
    headers = desk.operator | {"Idempotency-Key": str(uuid4())}
    for path, status in (
        (f"{desk.courier}/{this_month}", 409), (f"{desk.courier}/2026-13", 422), (f"yto/{MONTH}", 404),
    ):  # fmt: skip
        answer = await desk.svc.client.post(f"{STATEMENTS}/{path}/fetch", headers=headers)
        assert answer.status_code == status, (path, answer.text)
    missing = await desk.svc.client.get(f"{STATEMENTS}/{desk.courier}/2020-01/sheet", headers=desk.operator)
    assert missing.status_code == 404
    assert (await desk.decided(str(uuid4()), "accept")).status_code == 404
