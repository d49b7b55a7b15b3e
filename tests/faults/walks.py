"""Whole cases, step by step: each step is acknowledged before the next one begins."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from city.steps import ADDRESS, LOST_CARD, LOST_NOTICE
from demo.api import Refused, until
from demo.client import Citizen, Officer
from demo.partners import Bank
from demo.samples import photograph

WITHIN = 150.0
"""Seconds for what comes by events: a job whose process was killed is taken up again after a minute."""
PHOTO = photograph(random.Random(1), 80, 100)


@dataclass
class Walk:
    """One case and the people it concerns.

    `paper`: the key of the material it uploads. `trade_no`: the payment's number at its channel. `done`: the steps
    that were acknowledged.
    """

    story: "Story"
    citizen: Citizen
    reviewer: Officer
    head: Officer
    bank: Bank
    branch: str
    paper: str
    case_id: str = ""
    order_id: str = ""
    channel: str = "bank"
    pay_url: str = ""
    trade_no: str = ""
    done: list[str] = field(default_factory=list)

    @property
    def finished(self) -> bool:
        return len(self.done) == len(self.story.steps)

    def __str__(self) -> str:
        return f"{self.story.name} {self.case_id or '(no id)'} done: {' '.join(self.done) or 'nothing'}"

    async def draft(self) -> None:
        self.case_id = str((await self.citizen.open_case(self.story.item, branch=self.branch))["id"])

    async def save(self) -> None:
        version = (await self.citizen.answers(self.case_id))["version"]
        await self.citizen.save(self.case_id, self.story.answers, version)

    async def upload(self) -> None:
        await self.citizen.upload(self.case_id, self.paper, "photo.png", PHOTO, "image/png")

    async def submit(self) -> None:
        await self.citizen.submit(self.case_id)

    async def accept(self) -> None:
        await self.reviewer.accept(self.case_id)

    async def approve(self) -> None:
        await self.head.approve(self.case_id, "同意")

    async def withdraw(self) -> None:
        await self.citizen.withdraw(self.case_id, "不办了")

    async def start_payment(self) -> None:
        self.order_id = (await self.citizen.order_to_pay(self.case_id, WITHIN))["id"]
        self.pay_url = await self.citizen.start_payment(self.order_id)

    async def pay(self) -> None:
        try:
            await self.bank.pay(self.pay_url)
        except Refused as refused:
            # The bank took the money and its answer got lost: the second click tells.
            if refused.problem.get("code") != "ORDER_PAID":
                raise

    async def paid(self) -> None:
        """The page that waits for the money asks the bank now and then, as its button says."""

        async def look() -> bool | None:
            if (await self.citizen.case(self.case_id))["state"] == "in_production":
                return True
            await self.citizen.post(f"/api/payments/orders/{self.order_id}/check")
            return None

        await until(f"缴费到账 {self.case_id}", look, WITHIN)

    async def produce(self) -> None:
        await self.reviewer.produce(self.case_id)

    async def receive(self) -> None:
        await self.citizen.when(self.case_id, "completed", within=WITHIN)

    async def review(self) -> None:
        body = {"case_id": self.case_id, "level": "very_satisfied", "tags": [], "text": "很方便"}

        async def look() -> Any:
            try:
                return await self.citizen.post("/api/reviews", body)
            except Refused as refused:
                if refused.status == 404:  # the invitation is on its way
                    return None
                raise

        await until(f"评价邀请 {self.case_id}", look, WITHIN)


Step = Callable[[Walk], Awaitable[None]]


@dataclass(frozen=True)
class Story:
    """`ends`: the state its cases end in. `fee_cents` and `parcels` are what must stand in the partners' books."""

    name: str
    item: str
    answers: dict[str, Any]
    steps: tuple[Step, ...]
    ends: str = "completed"
    fee_cents: int = 0
    parcels: int = 0


APPLIED = (Walk.draft, Walk.save, Walk.upload, Walk.submit, Walk.accept, Walk.approve)
_PAID = (Walk.start_payment, Walk.pay, Walk.paid)
_SENT = (Walk.produce, Walk.receive, Walk.review)

LOST = Story("补领", "HUZHENG-003", LOST_CARD, APPLIED + _PAID + _SENT, fee_cents=4000, parcels=1)
RENEWED = Story(
    "换领",
    "HUZHENG-001",
    {
        "card_expiry": "2026-12-01",
        "reuse_photo": False,
        "pickup_address": ADDRESS,
        "delivery_address": ADDRESS,
    },
    APPLIED + _PAID + _SENT,
    fee_cents=2000,
    parcels=2,
)
NOTICED = Story("挂失", "HUZHENG-004", LOST_NOTICE, (*APPLIED, Walk.receive, Walk.review))
WITHDRAWN = Story("撤回", "HUZHENG-003", LOST_CARD, (*APPLIED, Walk.withdraw), ends="withdrawn")

WHOLE = (LOST, LOST, RENEWED, LOST, NOTICED)
"""Cases that go to the end, in the mixture they come in."""
STORIES = (*WHOLE, WITHDRAWN)
