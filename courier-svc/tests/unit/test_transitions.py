"""The table and the rules, on every sequence a courier could think of."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from contracts.courier import (
    ShipmentCreated,
    ShipmentDelivered,
    ShipmentPickedUp,
    ShipmentReturned,
)
from courier_svc.domain.shipment import Shipment, order_number
from courier_svc.domain.tracking import Report, Verdict, judge
from courier_svc.domain.transitions import TRANSITIONS, Move, State, allowed, path
from hypothesis import given
from hypothesis import strategies as st

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
TOLD = st.sampled_from([Move.PICKED_UP, Move.MOVED, Move.DELIVERED, Move.CAME_BACK, None])
ENDS = (ShipmentDelivered, ShipmentReturned)


def shipment(state: State = State.CREATED) -> Shipment:
    shipment_id = UUID(int=7)
    return Shipment(
        id=shipment_id, case_id=UUID(int=8), case_no="XA1", applicant_id=UUID(int=9), unit="YT-HUZHENG",
        department="HUZHENG", direction="to_applicant", postage_free=True, id_bound=True,
        requested_at=NOON, courier="ems", state=state,
        version=1, leg=1, order_no=order_number(shipment_id, 1), waybill_no="EX1CN",
    )  # fmt: skip


def report(move: Move | None, minute: int = 0, order_no: str | None = None) -> Report:
    at = NOON + timedelta(minutes=minute)
    number = order_no or shipment().order_no
    return Report("ems", f"ce_{minute}", number, "EX1CN", "CODE", move, at, b"{}")


def hear(parcel: Shipment, move: Move | None) -> list[tuple[object, int]]:
    said = report(move)
    return parcel.follow(judge(parcel, said).edges, said.occurred_at, reason=said.code)


@given(st.lists(TOLD, max_size=12))
def test_whatever_the_courier_says_our_events_tell_one_story(moves: list[Move | None]) -> None:
    parcel = shipment()
    told = [entry for move in moves for entry in hear(parcel, move)]
    versions = [version for _, version in told]
    kinds = [type(event) for event, _ in told]
    assert versions == sorted(set(versions))
    assert parcel.version == 1 or versions[-1] <= parcel.version
    assert kinds in ([], [ShipmentPickedUp], *([ShipmentPickedUp, end] for end in ENDS))


@given(st.permutations([Move.PICKED_UP, Move.MOVED, Move.MOVED, Move.DELIVERED, None]))
def test_any_order_of_the_same_scans_ends_delivered_and_told_once(moves: list[Move | None]) -> None:
    parcel = shipment()
    kinds = [type(event) for move in moves for event, _ in hear(parcel, move)]
    assert parcel.state is State.DELIVERED
    assert kinds == [ShipmentPickedUp, ShipmentDelivered]


@given(st.lists(TOLD, max_size=8), st.lists(TOLD, max_size=8))
def test_an_end_is_never_left_by_what_the_courier_says(
    before: list[Move | None], after: list[Move | None]
) -> None:
    parcel = shipment()
    for move in (*before, Move.CAME_BACK):
        hear(parcel, move)
    ended, version = parcel.state, parcel.version
    for move in after:
        hear(parcel, move)
    assert (parcel.state, parcel.version) == (ended, version)


@given(st.sampled_from(State), st.sampled_from(Move))
def test_a_path_is_a_chain_of_table_edges_that_ends_with_the_move(state: State, move: Move) -> None:
    edges = path(state, move)
    at = state
    for edge in edges:
        assert any(origin is at and other == edge for (origin, _), other in TRANSITIONS.items())
        at = edge.to
    if edges:
        assert edges[-1] in [edge for (_, taken), edge in TRANSITIONS.items() if taken is move]


@given(st.sampled_from(State), TOLD)
def test_every_report_on_every_state_has_a_verdict(state: State, move: Move | None) -> None:
    assert judge(shipment(state), report(move)).verdict in (
        Verdict.APPLIED, Verdict.RECORDED, Verdict.CONTRADICTION,
    )  # fmt: skip


def test_a_scan_before_the_waybill_tells_that_it_was_created_first() -> None:
    parcel = shipment(State.REQUESTED)
    kinds = [type(event) for event, _ in hear(parcel, Move.PICKED_UP)]
    assert kinds == [ShipmentCreated, ShipmentPickedUp]


def test_an_unknown_code_moves_nothing() -> None:
    parcel = shipment(State.PICKED_UP)
    assert judge(parcel, report(None)).verdict is Verdict.RECORDED
    assert not hear(parcel, None)


def test_a_scan_of_an_earlier_leg_moves_nothing() -> None:
    parcel = shipment(State.CREATED)
    parcel.begin_leg("sf")
    assert judge(parcel, report(Move.DELIVERED)).verdict is Verdict.RECORDED


def test_delivered_after_returned_is_a_contradiction() -> None:
    judgement = judge(shipment(State.RETURNED), report(Move.DELIVERED))
    assert judgement == (Verdict.CONTRADICTION, (), "delivered_after_returned")


def test_returned_after_delivered_is_a_contradiction() -> None:
    judgement = judge(shipment(State.DELIVERED), report(Move.CAME_BACK))
    assert judgement == (Verdict.CONTRADICTION, (), "came_back_after_delivered")


def test_what_a_person_may_do_is_never_implied() -> None:
    assert not path(State.DELIVERED, Move.SENT_AGAIN)
    assert not path(State.PICKED_UP, Move.CANCELLED)
    assert not path(State.REQUESTED, Move.SENT_AGAIN)
    assert allowed(State.RETURNED) == ("sent_again",)


def test_a_new_leg_has_a_number_no_courier_knows() -> None:
    parcel = shipment(State.RETURNED)
    before = parcel.order_no
    parcel.begin_leg("sf")
    assert parcel.order_no != before
    assert parcel.waybill_no is None
