"""News of parcels, in whatever order they come."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from case_svc.domain.case import Case, Circumstances
from case_svc.domain.fulfilment import ParcelNews, follow_parcel
from case_svc.domain.item import Item
from case_svc.domain.states import TERMINAL, State
from case_svc.domain.working_days import default_calendar
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
FIRST, SECOND, THIRD = (UUID(int=number) for number in (1, 2, 3))
PICKED_UP, DELIVERED, RETURNED = ParcelNews.PICKED_UP, ParcelNews.DELIVERED, ParcelNews.RETURNED


@pytest.fixture
def around(make_item) -> Circumstances:
    item = Item(make_item(steps=("accept", "review", "produce", "deliver")))
    return Circumstances(item, default_calendar(), AT)


@pytest.fixture
def waiting() -> Case:
    return Case(
        id=uuid4(), version=9, state=State.AWAITING_DISPATCH, case_no="XA1", item_code="HUZHENG-101",
        item_version=1, department="HUZHENG", branch="XC", window_code=None, unit="XC-HUZHENG",
        applicant_id=uuid4(), applicant_kind="person", applicant_masked=None, created_at=AT,
    )  # fmt: skip


def after(case: Case, around: Circumstances, *news: tuple[ParcelNews, UUID]) -> Case:
    for what, shipment in news:
        moved = follow_parcel(case, what, shipment, around)
        case = moved.case if moved else case
    return case


def test_picked_up_and_delivered_completes(waiting: Case, around: Circumstances) -> None:
    assert after(waiting, around, (PICKED_UP, FIRST)).state is State.IN_TRANSIT
    assert after(waiting, around, (PICKED_UP, FIRST), (DELIVERED, FIRST)).state is State.COMPLETED


def test_delivery_without_a_pick_up_takes_both_edges(waiting: Case, around: Circumstances) -> None:
    moved = follow_parcel(waiting, DELIVERED, FIRST, around)
    assert moved is not None
    assert [step.case.state for step in moved.taken] == [State.IN_TRANSIT, State.COMPLETED]


def test_a_returned_parcel_is_sent_again(waiting: Case, around: Circumstances) -> None:
    returned = after(waiting, around, (PICKED_UP, FIRST), (RETURNED, FIRST))
    assert returned.state is State.RETURNED
    assert after(returned, around, (PICKED_UP, SECOND), (DELIVERED, SECOND)).state is State.COMPLETED


def test_the_next_shipment_may_be_heard_of_before_the_return(waiting: Case, around: Circumstances) -> None:
    case = after(waiting, around, (PICKED_UP, FIRST), (PICKED_UP, SECOND), (RETURNED, FIRST))
    assert case.state is State.IN_TRANSIT
    assert case.shipment_id == SECOND


def test_a_second_report_of_a_return_changes_nothing(waiting: Case, around: Circumstances) -> None:
    returned = after(waiting, around, (PICKED_UP, FIRST), (RETURNED, FIRST))
    assert follow_parcel(returned, RETURNED, FIRST, around) is None


@pytest.mark.parametrize("state", sorted(TERMINAL))
@pytest.mark.parametrize("news", sorted(ParcelNews))
def test_news_for_an_ended_case_change_nothing(
    waiting: Case, around: Circumstances, state: State, news: ParcelNews
) -> None:
    assert follow_parcel(replace(waiting, state=state), news, FIRST, around) is None


# One shipment's own news keep their order; those of different shipments mix freely.
histories = st.permutations([(PICKED_UP, FIRST), (RETURNED, FIRST), (PICKED_UP, SECOND), (DELIVERED, SECOND)])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories)
def test_any_interleaving_of_two_shipments_ends_delivered(
    waiting: Case, around: Circumstances, history: list[tuple[ParcelNews, UUID]]
) -> None:
    for earlier, later in pairwise([(PICKED_UP, FIRST), (RETURNED, FIRST)]):
        if history.index(earlier) > history.index(later):
            return
    if history.index((PICKED_UP, SECOND)) > history.index((DELIVERED, SECOND)):
        return
    assert after(waiting, around, *history).state is State.COMPLETED
