"""The races: each brings a case to a fork, lets everybody loose at once, and says what was answered."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from demo.api import until
from demo.client import Officer
from faults.patient import Patient
from faults.walks import Walk

from .moves import Answered, Move, again, at_once, repeated, strange, taken

DEVICES = 3


@dataclass
class Race:
    """One case. `wrong`: what was answered and should not have been. `taken`: acknowledged actions."""

    walk: Walk
    rival: Officer
    outside: Patient
    name: str = ""
    answers: list[Answered] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def case(self) -> str:
        return f"/api/cases/{self.walk.case_id}"

    async def loose(self, *moves: Move) -> None:
        answered = await at_once(*moves)
        self.answers += answered
        self.wrong += strange(answered)

    @property
    def taken(self) -> dict[str, int]:
        return dict(taken(self.answers))

    def expect(self, right: bool, told: str) -> None:
        if not right:
            self.wrong.append(f"{told}: {[(one.move.action, one.status) for one in self.answers]}")

    def __str__(self) -> str:
        return f"{self.name} {self.walk.case_id}"


async def submitted_twice(race: Race) -> None:
    await _until(race, Walk.upload)
    submit = Move("submit", race.walk.citizen, f"{race.case}/submit")
    await race.loose(*repeated(submit, DEVICES), *again(submit, DEVICES))
    race.expect(race.taken == {"submit": 1}, "not submitted exactly once")


async def answered_and_withdrawn(race: Race) -> None:
    """Legal orders exist in which two of them succeed (accepted, then withdrawn): the history tells which."""
    await _until(race, Walk.submit)
    reviewer, citizen = race.walk.reviewer, race.walk.citizen
    lacking = {"lacking": [{"what": "请补充说明", "path": "/answers/lost_place"}]}
    await race.loose(
        *again(Move("accept", reviewer, f"{race.case}/accept"), 2),
        *again(Move("reject", race.rival, f"{race.case}/reject", {"reason": "不属于本机关职权范围"}), 1),
        *again(Move("request_supplement", reviewer, f"{race.case}/supplement-requests", lacking), 1),
        *again(Move("withdraw", citizen, f"{race.case}/withdraw", {"reason": "不办了"}), 2),
    )
    answers = sum(race.taken.get(action, 0) for action in ("accept", "reject", "request_supplement"))
    race.expect(answers <= 1, "answered more than once")
    race.expect(answers + race.taken.get("withdraw", 0) >= 1, "nobody came through")


async def decided_by_two(race: Race) -> None:
    await _until(race, Walk.accept)
    approve = {"decision": "approve", "opinion": "同意"}
    deny = {"decision": "deny", "reason": "人像比对不符", "legal_basis": "居民身份证法 第11条"}
    decisions = f"{race.case}/decisions"
    await race.loose(
        *again(Move("approve", race.walk.head, decisions, approve), 2),
        *again(Move("deny", race.rival, decisions, deny), 2),
        *repeated(Move("approve", race.rival, decisions, approve), 2),
    )
    race.expect(sum(race.taken.values()) == 1, "not decided exactly once")


async def paid_twice(race: Race) -> None:
    """Six clicks on “pay” and two at the cashier; the bank's notice comes as often as the bank likes."""
    walk = race.walk
    await _until(race, Walk.approve)
    order = await walk.citizen.order_to_pay(walk.case_id, 60)
    pay = Move("start", walk.citizen, f"/api/payments/orders/{order['id']}/attempts", {"channel": "bank"})
    await race.loose(*repeated(pay, DEVICES), *again(pay, DEVICES))
    links = {one.body["pay_url"] for one in race.answers if one.taken}
    race.expect(len(links) == 1, f"{len(links)} links to pay at")
    walk.order_id, walk.pay_url = order["id"], links.pop()
    await asyncio.gather(walk.pay(), walk.pay())
    await walk.paid()
    await race.loose(*again(pay, 1))
    race.expect(not race.answers[-1].taken, "a paid order could be paid again")


async def withdrawn_while_paid(race: Race) -> None:
    """Either the money comes in time and the case goes on, or it is withdrawn and the money comes back.

    Withdrawn beside the payment, behind it, or when the order is paid and the case is about to hear of it.
    """
    walk = race.walk
    await _until(race, Walk.start_payment)
    withdraw = Move("withdraw", walk.citizen, f"{race.case}/withdraw", {"reason": "不办了"})
    check = Move("check", walk.citizen, f"/api/payments/orders/{walk.order_id}/check")
    paying = asyncio.create_task(_pay_unless_closed(walk))
    lead = int(walk.case_id[-1], 16) % 3
    if lead:
        await paying
    if lead == 2:
        await until("订单已缴费", lambda: _order_paid(walk), 60)
    await race.loose(*again(withdraw, 2), *again(check, 1))
    await paying
    race.expect(race.taken.get("withdraw", 0) <= 1, "withdrawn more than once")


async def _pay_unless_closed(walk: Walk) -> None:
    """The cashier may have closed the order just before."""
    await walk.bank.platform.send("POST", f"{walk.pay_url}/pay")


async def _order_paid(walk: Walk) -> bool | None:
    return (await walk.citizen.get(f"/api/payments/orders/{walk.order_id}"))["state"] == "paid" or None


async def _until(race: Race, last: Callable[[Walk], Awaitable[None]]) -> None:
    for step in race.walk.story.steps:
        await step(race.walk)
        if step is last:
            return
    raise ValueError(f"{race.walk.story.name} has no step {last.__name__}")


Run = Callable[[Race], Awaitable[None]]
RACES: tuple[Run, ...] = (
    submitted_twice,
    answered_and_withdrawn,
    decided_by_two,
    paid_twice,
    withdrawn_while_paid,
)
