"""What case-svc tells and reads, held against the committed contracts."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from chassis.clock import now
from chassis.parity.days import last_closed
from chassis.testing.contracts import assert_reads, assert_told_everything, taken
from contracts.committed import Producer

Check = Callable[["Stories", str, Producer], Awaitable[None]]
FULL = ("accept", "review", "approve", "pay", "produce", "deliver")
PARCEL = ("accept", "review", "produce", "deliver")
WORDS = {
    "purpose": "给女儿王小红办理入学", "lacking": "户口簿第三页照片", "answered": "照片已补上",
    "rejected": "不属于本局管辖", "opinion": "核对过张三的档案", "denied": "李四提交的材料不实",
    "withdrawn": "家里有事不办了", "exception": "王五来电询问，核对其进度",
}  # fmt: skip
PERSON = {"name": "张三", "phone": "13800000000", "address": "东新街1号"}
"""As in the address of these tests' drafts."""


ELSEWHERE = {
    "province": "陕南省", "city": "汉中市", "county": "汉台区", "address": "西新街2号", "name": "李小四",
    "phone": "13911112222",
}  # fmt: skip


class Stories:
    """Cases on their way, each call checked."""

    def __init__(self, world: Any, make_item: Callable[..., Any]) -> None:
        self.world = world
        self.make_item = make_item

    async def officer(self, case_id: str, action: str, body: Any = None, rank: int = 1) -> None:
        answer = await self.world.officer(rank).post(f"/api/cases/{case_id}/{action}", body)
        assert answer.status_code == 200, answer.text

    async def citizen(self, case_id: str, action: str, body: Any) -> None:
        answer = await self.world.citizen.post(f"/api/cases/{case_id}/{action}", body)
        assert answer.status_code == 200, answer.text

    async def open_draft(self, code: str) -> Any:
        body = {"item_code": code, "branch": "XC", "answers": {}}
        return await self.world.citizen.post("/api/cases", body)

    async def submitted(self, code: str = "HUZHENG-101", **item: Any) -> str:
        return await self.world.submitted(self.make_item(code, **item), purpose=WORDS["purpose"])

    async def with_fee(self) -> str:
        return await self.world.approved(
            self.make_item("HUZHENG-102", FULL, approval_levels=1, delivery_free=False)
        )

    async def waiting_for_courier(self) -> str:
        case_id = await self.world.approved(self.make_item("HUZHENG-103", PARCEL, delivery_free=False))
        await self.officer(case_id, "produce")
        return case_id

    async def last_told(self, case_id: str) -> str:
        timeline = (await self.world.citizen.get(f"/api/cases/{case_id}/timeline")).json()
        return timeline["entries"][-1]["action"]


@pytest.fixture
def stories(world, make_item) -> Stories:
    return Stories(world, make_item)


async def test_its_stories_tell_every_event_it_owns(world, stories) -> None:
    await a_parcel_that_came_back_once(world, stories)
    not_accepted = await stories.submitted()
    await stories.officer(not_accepted, "supplement-requests", {"lacking": [{"what": WORDS["lacking"]}]})
    await stories.citizen(not_accepted, "supplements", {"note": WORDS["answered"]})
    await stories.officer(not_accepted, "reject", {"reason": WORDS["rejected"]})
    denied = await stories.submitted()
    await stories.officer(denied, "accept")
    basis = {"reason": WORDS["denied"], "legal_basis": "行政许可法第三十八条"}
    await stories.officer(denied, "decisions", {"decision": "deny", "opinion": WORDS["opinion"], **basis})
    await stories.citizen(await stories.submitted(), "withdraw", {"reason": WORDS["withdrawn"]})
    stranger = world.officer(unit="BL-CRJ", department="CRJ")
    opened = await stranger.post(f"/api/cases/{denied}/break-glass", {"reason": WORDS["exception"]})
    assert opened.status_code == 201, opened.text
    owing = await stories.with_fee()
    moved = await world.citizen.put(f"/api/cases/{owing}/delivery-address", ELSEWHERE)
    assert moved.status_code == 204, moved.text
    async with world.uow() as uow:
        await uow.execute("UPDATE job SET run_at = now() WHERE kind = 'case.close_unpaid'")
    await world.run_jobs()
    await world.count_days(last_closed(now()))
    await assert_told_everything(
        world.service, but_never=[*WORDS.values(), *PERSON.values(), *ELSEWHERE.values()]
    )


async def a_parcel_that_came_back_once(world: Any, stories: Stories) -> None:
    case_id = await stories.submitted("HUZHENG-104", steps=FULL, approval_levels=2, delivery="both_ways")
    await stories.officer(case_id, "accept")
    for rank in (2, 3):
        body = {"decision": "approve", "opinion": WORDS["opinion"]}
        await stories.officer(case_id, "decisions", body, rank)
    await taken(world, "payment.order.paid", Producer.TODAY, case_id=case_id)
    await stories.officer(case_id, "produce")
    for news in ("picked_up", "returned", "picked_up", "delivered"):
        await taken(world, f"courier.shipment.{news}", Producer.TODAY, case_id=case_id)
    assert await world.state(case_id) == "completed"
    damaged = {"kind": "damaged", "state": "compensated", "reissue": True}
    await taken(world, "courier.shipment.claim_moved", Producer.TODAY, case_id=case_id, **damaged)
    assert await world.state(case_id) == "in_production"


async def is_offered(stories: Stories, type: str, producer: Producer) -> None:
    item = await taken(stories.world, type, producer)
    opened = await stories.open_draft(item["item_code"])
    assert (opened.status_code, opened.json()["item_version"]) == (201, item["item_version"]), opened.text


async def is_no_longer_offered(stories: Stories, type: str, producer: Producer) -> None:
    await stories.world.publish(stories.make_item("HUZHENG-009"))
    await taken(stories.world, type, producer, item_code="HUZHENG-009")
    assert (await stories.open_draft("HUZHENG-009")).status_code == 409


def is_copied_to(table: str) -> Check:
    """The row has every value of the event that this service has a column for."""

    async def check(stories: Stories, type: str, producer: Producer) -> None:
        body = await taken(stories.world, type, producer)
        rows = await stories.world.service.pool.fetch(f"SELECT * FROM {table}")
        copies = [{name: row[name] for name in row.keys() & body.keys()} for row in rows]
        assert {name: body[name] for name in copies[0]} in copies
        assert len(copies[0]) >= 3

    return check


def moves(start: str, to: str, *before: str) -> Check:
    """From a case at `start`, by way of the events `before`, to the state `to`."""

    async def check(stories: Stories, type: str, producer: Producer) -> None:
        case_id = await getattr(stories, start)()
        for event in (*before, type):
            await taken(stories.world, event, producer, case_id=case_id)
        assert await stories.world.state(case_id) == to

    return check


def is_told_as(action: str) -> Check:
    """In the case's history; the case stays where it is."""

    async def check(stories: Stories, type: str, producer: Producer) -> None:
        case_id = await stories.with_fee()
        await taken(stories.world, type, producer, case_id=case_id)
        assert await stories.last_told(case_id) == action
        assert await stories.world.state(case_id) == "awaiting_payment"

    return check


async def is_part_of_the_erasure(stories: Stories, type: str, producer: Producer) -> None:
    body = await taken(stories.world, type, producer)
    done = await stories.world.service.pool.fetchval(
        "SELECT true FROM person_erasure WHERE account_id = $1", UUID(body["account_id"])
    )
    assert done


READS: dict[str, Check] = {
    "identity.account.erased": is_part_of_the_erasure,
    "catalog.item.published": is_offered,
    "catalog.item.retired": is_no_longer_offered,
    "identity.department.defined": is_copied_to("department"),
    "identity.branch.defined": is_copied_to("branch"),
    "identity.unit.defined": is_copied_to("unit"),
    "identity.window.defined": is_copied_to("service_window"),
    "identity.officer.assigned": is_copied_to("officer"),
    "payment.order.paid": moves("with_fee", "in_production"),
    "payment.order.expired": is_told_as("order_expired"),
    "payment.refund.succeeded": is_told_as("refunded"),
    "payment.receipt.issued": is_told_as("receipt_issued"),
    "courier.shipment.picked_up": moves("waiting_for_courier", "in_transit"),
    "courier.shipment.delivered": moves("waiting_for_courier", "completed"),
    "courier.shipment.returned": moves("waiting_for_courier", "returned", "courier.shipment.picked_up"),
    "courier.shipment.claim_moved": is_told_as("parcel_claim"),
    "evaluation.review.submitted": is_told_as("reviewed_by_applicant"),
}
"""What becomes of each event it reads. What concerns a case unknown here is parked: see `test_whole_path.py`."""


@pytest.mark.parametrize("producer", Producer)
async def test_every_event_it_reads_has_its_effect(world, stories, subtests, producer) -> None:
    assert_reads(world.service, READS)
    for type, check in READS.items():
        with subtests.test(type):
            await check(stories, type, producer)
