"""Who may decide at which level."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from case_svc.domain.case import Case, Circumstances
from case_svc.domain.decisions import decide
from case_svc.domain.errors import IllegalMove, MayNotDecide
from case_svc.domain.item import Item
from case_svc.domain.people import Officer
from case_svc.domain.states import State
from case_svc.domain.working_days import default_calendar

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def officer(rank: int, *, sworn: bool = True) -> Officer:
    return Officer(uuid4(), "XC-HUZHENG", "HUZHENG", rank, is_sworn=sworn)


@pytest.fixture
def accepted(make_item) -> Case:
    return Case(
        id=uuid4(), version=3, state=State.ACCEPTED, case_no="XA1", item_code="HUZHENG-101", item_version=1,
        department="HUZHENG", branch="XC", window_code=None, unit="XC-HUZHENG", applicant_id=uuid4(),
        applicant_kind="person", applicant_masked=None, created_at=AT, accepted_by=uuid4(),
        promise_due_at=AT + timedelta(days=3),
    )  # fmt: skip


@pytest.fixture
def around(make_item):
    def circumstances(levels: int, at: datetime = AT) -> Circumstances:
        item = Item(make_item(steps=("accept", "review", "approve", "notify"), approval_levels=levels))
        return Circumstances(item, default_calendar(), at)

    return circumstances


def approve(case: Case, by: Officer, around: Circumstances) -> Case:
    return decide(case, by, around, approve=True, texts={}).case


def test_the_reviewer_alone_decides_at_level_zero(accepted: Case, around) -> None:
    reviewer = officer(1)
    decided = approve(replace(accepted, accepted_by=reviewer.id), reviewer, around(0))
    assert decided.state is State.COMPLETED
    assert decided.deciding_officer_id == reviewer.id


def test_an_auxiliary_never_decides(accepted: Case, around) -> None:
    for approve_it in (True, False):
        with pytest.raises(MayNotDecide):
            decide(accepted, officer(0, sworn=False), around(0), approve=approve_it, texts={})


def test_three_levels_take_three_officers_of_rising_rank(accepted: Case, around) -> None:
    case = approve(accepted, officer(2), around(3))
    assert case.state is State.ACCEPTED
    case = approve(case, officer(3), around(3))
    case = approve(case, officer(4), around(3))
    assert case.state is State.COMPLETED
    assert len(case.reviewers) == 3


def test_who_accepted_the_case_does_not_decide_it(accepted: Case, around) -> None:
    acceptor = officer(3)
    with pytest.raises(MayNotDecide):
        approve(replace(accepted, accepted_by=acceptor.id), acceptor, around(1))


def test_nobody_decides_two_levels_even_after_a_promotion(accepted: Case, around) -> None:
    first = officer(2)
    case = approve(accepted, first, around(2))
    with pytest.raises(MayNotDecide):
        approve(case, replace(first, rank=3), around(2))


@pytest.mark.parametrize(("level", "rank"), [(1, 1), (2, 2)])
def test_too_low_a_rank_is_refused(accepted: Case, around, level: int, rank: int) -> None:
    case = accepted
    for passed in range(1, level):
        case = approve(case, officer(passed + 1), around(3))
    with pytest.raises(MayNotDecide) as refused:
        approve(case, officer(rank), around(3))
    assert refused.value.members == {"level": level, "levels": 3}


def test_a_bureau_leader_does_not_take_the_first_of_three_levels(accepted: Case, around) -> None:
    # Nobody of higher rank would be left for the second and third.
    with pytest.raises(MayNotDecide):
        approve(accepted, officer(4), around(3))


def test_each_rank_must_be_higher_than_the_last(accepted: Case, around) -> None:
    case = approve(accepted, officer(3), around(2))
    with pytest.raises(MayNotDecide):
        approve(case, officer(3), around(2))
    assert approve(case, officer(4), around(2)).state is State.COMPLETED


def test_a_denial_at_any_level_ends_the_case(accepted: Case, around) -> None:
    case = approve(accepted, officer(2), around(2))
    denied = decide(case, officer(3), around(2), approve=False, texts={"reason": "不符合条件"})
    assert denied.case.state is State.DENIED
    assert denied.case.closed_at == AT


def test_lateness_is_recorded(accepted: Case, around) -> None:
    late = AT + timedelta(days=9)
    decided = decide(accepted, officer(1), around(0, late), approve=True, texts={})
    assert decided.taken[0].facts["in_time"] is False


def test_an_illegal_state_is_told_before_a_missing_right(accepted: Case, around) -> None:
    with pytest.raises(IllegalMove):
        approve(replace(accepted, state=State.SUBMITTED), officer(1), around(3))
