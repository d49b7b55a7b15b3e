"""The life of one case from its draft to its end, walked by case-svc's own rules."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from case_svc.application.record_move import event_of
from case_svc.domain import acceptance, fulfilment
from case_svc.domain.case import Case, Circumstances, Moved, Taken
from case_svc.domain.case_number import case_number
from case_svc.domain.decisions import decide
from case_svc.domain.fulfilment import ParcelNews
from case_svc.domain.item import Item
from case_svc.domain.masking import masked_name
from case_svc.domain.people import SYSTEM, Officer
from case_svc.domain.states import TERMINAL, State
from case_svc.domain.transitions import Action
from case_svc.domain.working_days import default_calendar
from contracts.events import Event

from .answers import answers_for
from .chance import Chance
from .world import World

_AUTOSAVES = 2
_FINE_CENTS = (5000, 10000, 15000, 20000)
_REMEDY = {
    "remedy": "可依法申请行政复议或者提起行政诉讼。",
    "remedy_en": "You may ask for review or go to court.",
}


@dataclass(frozen=True, slots=True)
class Told:
    """One event as it went out: whose it is, its version and its id."""

    producer: str
    event: Event
    id: UUID
    version: int
    at: datetime


@dataclass(slots=True)
class Life:
    """Everything one case left behind. `end` is the moment nothing may lie behind of."""

    item: Item
    unit: str
    applicant_id: UUID
    name: str
    phone: str
    id_number: str
    answers: dict[str, Any]
    case: Case
    end: datetime
    at: datetime
    steps: list[tuple[Taken, datetime]] = field(default_factory=list)
    notes: list[tuple[str, datetime, dict[str, Any]]] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    produced_at: datetime | None = None
    document_id: UUID | None = None
    payment_requested_at: datetime | None = None
    paid_at: datetime | None = None
    order_id: UUID | None = None
    parcels: list["Parcel"] = field(default_factory=list)


@dataclass(slots=True)
class Parcel:
    """One shipment: when it was asked for, picked up and delivered."""

    id: UUID
    direction: str
    requested_at: datetime
    picked_up_at: datetime
    delivered_at: datetime
    waybill_no: str


class LifeTeller:
    """Makes lives; one a worker."""

    def __init__(self, world: World, chance: Chance, end: datetime) -> None:
        self._world = world
        self._chance = chance
        self._end = end
        self._calendar = default_calendar()

    def tell(self, number: int, started: datetime, applicant_id: UUID | None) -> Life:
        """The case with running number `number`, begun at `started`."""
        chance = self._chance
        life = self._draft(started, applicant_id or chance.uuid7(started))
        life.at = started + timedelta(minutes=chance.uniform(3, 40))
        changes = {"case_no": case_number(number, life.at), "unit": life.unit, "amount_cents": None}
        if life.item.definition.amount_source == "applicant":
            changes["amount_cents"] = life.answers["amount_cents"]
        self._take(life, acceptance.submit(life.case, self._around(life), changes=changes))
        while life.case.state not in TERMINAL:
            self._go_on(life)
        return life

    def _draft(self, at: datetime, applicant_id: UUID) -> Life:
        chance = self._chance
        item = chance.one_by_weight(self._world.items, self._world.weights)
        unit, branch = self._world.unit_for(item, chance.random())
        name, phone = chance.name(), chance.phone()
        company = item.definition.applicant == "enterprise"
        name = f"西安{name}科技有限公司" if company else name
        case = Case(
            id=chance.uuid7(at), version=1 + _AUTOSAVES, state=State.DRAFT, case_no=None, item_code=item.code,
            item_version=item.version, department=item.department, branch=branch, window_code=None, unit=None,
            applicant_id=applicant_id, applicant_kind="enterprise" if company else "person",
            applicant_masked=masked_name(name), created_at=at,
        )  # fmt: skip
        answers = answers_for(item, chance, name, phone, at)
        return Life(item, unit, applicant_id, name, phone, chance.id_number(), answers, case, self._end, at)

    def _around(self, life: Life) -> Circumstances:
        return Circumstances(life.item, self._calendar, life.at)

    def _wait(self, life: Life, hours: float) -> None:
        life.at = self._chance.later(life.at, hours, life.end)

    def _take(self, life: Life, moved: Moved) -> None:
        if moved.has(Action.PRODUCE):
            life.produced_at, life.document_id = life.at, self._chance.uuid7(life.at)
            moved = moved.with_document(life.document_id)
        for step in moved.taken:
            life.steps.append((step, life.at))
            event = event_of(step, life.item, life.at)
            self.note_event(life, "case-svc", event, step.case.version, life.at)
            if step.edge.action is Action.REQUEST_PICKUP:
                self._parcel(life, "from_applicant", life.at)
            if step.edge.action is Action.REQUEST_PAYMENT:
                life.payment_requested_at = life.at
        life.case = moved.case

    def note_event(self, life: Life, producer: str, event: Event, version: int, at: datetime) -> None:
        life.told.append(Told(producer, event, self._chance.uuid7(at), version, at))

    def _go_on(self, life: Life) -> None:
        match life.case.state:
            case State.SUBMITTED:
                self._receive(life)
            case State.SUPPLEMENT_REQUESTED:
                self._wait(life, 30)
                self._take(
                    life, acceptance.supplement(life.case, self._around(life), changes={}, note="已补充材料")
                )
            case State.SUPPLEMENTED:
                self._wait(life, 8)
                self._take(life, acceptance.accept(life.case, self._officers(life)[0], self._around(life)))
            case State.ACCEPTED:
                self._decide(life)
            case State.AWAITING_PAYMENT:
                self._settle(life)
            case State.IN_PRODUCTION:
                self._wait(life, 20)
                self._take(life, fulfilment.produce(life.case, self._officers(life)[0], self._around(life)))
            case State.PRODUCED:
                self._wait(life, 40)
                self._take(life, fulfilment.collect(life.case, self._officers(life)[0], self._around(life)))
            case State.AWAITING_DISPATCH:
                self._deliver(life)
            case other:
                raise RuntimeError(f"a seeded case of {life.item.code} rests in {other}")

    def _receive(self, life: Life) -> None:
        chance, officer = self._chance, self._officers(life)[0]
        self._wait(life, 10)
        around, fate = self._around(life), chance.random()
        if fate < 0.02:
            moved = acceptance.withdraw(life.case, around, reason="已在窗口办理")
        elif fate < 0.04:
            texts = {"reason": "申请事项不属于本单位职权范围", "legal_basis": "行政许可法第三十二条"}
            moved = acceptance.reject(life.case, officer, around, texts=texts)
        elif fate < 0.10:
            lacking = [{"key": "m1", "what": "照片不清晰，请重新上传"}]
            moved = acceptance.request_supplement(life.case, officer, around, lacking=lacking, reason=None)
        else:
            moved = acceptance.accept(life.case, officer, around)
        self._take(life, moved)

    def _decide(self, life: Life) -> None:
        approve = not self._chance.happens(0.03)
        texts = {"opinion": "同意"} if approve else {"reason": "不符合条件", "legal_basis": "", **_REMEDY}
        levels = life.item.levels
        while life.case.state is State.ACCEPTED:
            self._wait(life, 24)
            officer = self._officers(life)[len(life.case.reviewers) + 1 if levels else 0]
            self._take(life, decide(life.case, officer, self._around(life), approve=approve, texts=texts))

    def _settle(self, life: Life) -> None:
        life.order_id = self._chance.uuid7(life.at)
        if self._chance.happens(0.01):
            life.at = min(life.at + timedelta(days=21), life.end)
            self._take(life, fulfilment.close_unpaid(life.case, self._around(life)))
            return
        self._wait(life, 1)
        life.paid_at = life.at
        amount = life.case.amount_cents or self._chance.choice(_FINE_CENTS)
        around = self._around(life)
        paid = fulfilment.pay(
            life.case, around, SYSTEM, order_id=life.order_id, amount_cents=amount, booked_at=life.at
        )
        self._take(life, paid)

    def _deliver(self, life: Life) -> None:
        parcel = self._parcel(life, "to_applicant", life.at)
        for news, at in (
            (ParcelNews.PICKED_UP, parcel.picked_up_at),
            (ParcelNews.DELIVERED, parcel.delivered_at),
        ):
            life.at = at
            moved = fulfilment.follow_parcel(life.case, news, parcel.id, self._around(life))
            if moved is None:
                raise RuntimeError(f"{news} moves nothing in {life.case.state}")
            for step in moved.taken:
                step.facts.setdefault("waybill_no", parcel.waybill_no)
            self._take(life, moved)

    def _parcel(self, life: Life, direction: str, at: datetime) -> Parcel:
        chance = self._chance
        picked_up = chance.later(at, 6, life.end)
        parcel = Parcel(
            chance.uuid7(at), direction, at, picked_up, chance.later(picked_up, 40, life.end),
            f"EX{chance.randrange(10**9):09d}CN",
        )  # fmt: skip
        life.parcels.append(parcel)
        return parcel

    def _officers(self, life: Life) -> list[Officer]:
        """Who acts on the case, by rank from 1 upwards. Leaders a unit has none of have left since."""
        known = list(self._world.officers[life.unit])
        ranks = {officer.rank: officer for officer in reversed(known)}
        for rank in range(1, 5):
            if rank not in ranks:
                left = Chance(f"{life.unit}-{rank}").uuid7(life.end - timedelta(days=3000))
                ranks[rank] = Officer(left, life.unit, life.item.department, rank, True, True)
                self._world.officers[life.unit].append(ranks[rank])
        return [ranks[rank] for rank in range(1, 5)]
