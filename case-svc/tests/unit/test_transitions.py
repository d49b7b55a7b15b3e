"""The table of moves, for every item there can be: whatever happens, these things hold."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from case_svc.domain import acceptance, fulfilment
from case_svc.domain.case import Case, Circumstances, Moved, completion, move
from case_svc.domain.decisions import decide
from case_svc.domain.errors import IllegalMove, MayNotDecide
from case_svc.domain.item import Item
from case_svc.domain.people import APPLICANT, CLOCK, SYSTEM, Mover, Officer
from case_svc.domain.states import LABELS, QUEUED, TERMINAL, State
from case_svc.domain.timeline import Entry, sentence
from case_svc.domain.transitions import EDGES, Action, Who, find_edge, next_automatic, possible_moves
from case_svc.domain.working_days import default_calendar
from contracts.catalog import ItemDefinition
from contracts.events import Event
from hypothesis import given
from hypothesis import strategies as st

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
# Every sequence of steps in the catalogue.
STEPS = [
    "query", "accept review approve produce deliver", "accept review approve pay produce deliver",
    "book notify", "accept review notify", "accept review approve pay produce",
    "accept review approve produce", "accept review produce notify", "accept review produce deliver",
    "accept review pay produce deliver", "accept review approve produce notify", "accept review produce",
    "query notify", "accept review approve notify", "accept review pay produce", "accept review pay notify",
    "accept notify", "pay notify",
]  # fmt: skip


def item_with(steps: str, levels: int = 0, both_ways: bool = False) -> Item:
    names = tuple(steps.split())
    delivery = ("both_ways" if both_ways else "to_applicant") if "deliver" in names else "none"
    return Item(
        ItemDefinition(
            code="T-001", version=1, name="事项", name_en="Item", department="HUZHENG",
            online_class="full_online", kind="公共服务", applicant="both", handled_at="branch", steps=names,
            approval_levels=levels, statutory_days=None, statutory_unit=None, promised_days=3,
            fee_cents=2000, fee_basis=None, amount_source="fixed" if "pay" in names else None,
            amount_min_cents=None, amount_max_cents=None, delivery=delivery, delivery_free=True,
            result="证件", result_valid_months=None, remedy=True, materials=(), form_schema={},
        )
    )  # fmt: skip


items = st.builds(item_with, st.sampled_from(STEPS), st.integers(0, 3), st.booleans())
events_of_life = st.lists(st.tuples(st.sampled_from(Action), st.integers(1, 4)), max_size=25)


def new_case() -> Case:
    return Case(
        id=uuid4(), version=1, state=State.DRAFT, case_no=None, item_code="T-001", item_version=1,
        department="HUZHENG", branch="XC", window_code=None, unit=None, applicant_id=uuid4(),
        applicant_kind="person", applicant_masked=None, created_at=AT,
    )  # fmt: skip


def test_a_changed_case_is_another_with_the_same_other_facts() -> None:
    case = new_case()
    changed = case.changed(version=2, state=State.SUBMITTED)
    assert changed == replace(case, version=2, state=State.SUBMITTED)
    assert (case.version, case.state) == (1, State.DRAFT)
    with pytest.raises(TypeError, match="shoe_size"):
        case.changed(shoe_size=43)


def attempt(case: Case, action: Action, rank: int, around: Circumstances) -> Moved:
    """Tries `action` as whoever may; raises IllegalMove or MayNotDecide."""
    officer = Officer(uuid4(), "XC-HUZHENG", "HUZHENG", rank, is_sworn=True, is_supervisor=True)
    match action:
        case Action.SUBMIT:
            return acceptance.submit(case, around, changes={"case_no": "XA1", "unit": "XC-HUZHENG"})
        case Action.SUPPLEMENT:
            return acceptance.supplement(case, around, changes={}, note=None)
        case Action.REQUEST_SUPPLEMENT:
            return acceptance.request_supplement(case, officer, around, lacking=[{"what": "x"}], reason="y")
        case Action.ACCEPT if rank == 4:
            return acceptance.accept_by_silence(case, around)
        case Action.ACCEPT:
            return acceptance.accept(case, officer, around)
        case Action.REJECT:
            return acceptance.reject(case, officer, around, texts={})
        case Action.WITHDRAW:
            return acceptance.withdraw(case, around, reason=None)
        case Action.REVIEW | Action.APPROVE | Action.DENY:
            return decide(case, officer, around, approve=action is not Action.DENY, texts={})
        case Action.PAY:
            return fulfilment.pay(case, around, SYSTEM, order_id=uuid4(), amount_cents=2000, booked_at=AT)
        case Action.CLOSE_UNPAID:
            return fulfilment.close_unpaid(case, around)
        case Action.PRODUCE:
            return fulfilment.produce(case, officer, around)
        case Action.COLLECT:
            return fulfilment.collect(case, officer, around)
        case Action.DELIVER:
            return move(case, action, SYSTEM, around, **completion("delivered", around))
        case Action.DISPATCH | Action.RETURN:
            return move(case, action, SYSTEM, around, facts={"shipment_id": str(uuid4())})
    return move(case, action, SYSTEM, around)


def lived(item: Item, life: list[tuple[Action, int]]) -> list[Moved]:
    """The moves of a case that meets all of `life`, refused ones left out."""
    around = Circumstances(item, default_calendar(), AT)
    case, moves = new_case(), []
    for action, rank in life:
        try:
            moves.append(attempt(case, action, rank, around))
        except (IllegalMove, MayNotDecide):
            continue
        case = moves[-1].case
    return moves


@given(items, events_of_life)
def test_versions_rise_by_one_with_every_edge_and_edges_join(
    item: Item, life: list[tuple[Action, int]]
) -> None:
    version, state = 1, State.DRAFT
    for moved in lived(item, [(Action.SUBMIT, 1), *life]):
        for step in moved.taken:
            assert step.case.version == version + 1
            assert step.edge.source == state
            version, state = step.case.version, step.case.state


@given(items, events_of_life)
def test_every_edge_taken_is_told_in_both_languages(item: Item, life: list[tuple[Action, int]]) -> None:
    for moved in lived(item, [(Action.SUBMIT, 1), *life]):
        for step in moved.taken:
            entry = Entry(
                version=step.case.version, action=step.edge.action.value, from_state=step.edge.source,
                to_state=step.edge.target, actor=step.by.who.value, officer_id=None, at=AT, facts=step.facts,
                texts=step.texts,
            )  # fmt: skip
            zh, en = sentence(entry)
            assert zh.endswith("。") and en.endswith(".")


@given(items, events_of_life)
def test_who_waits_for_officers_stands_in_the_queue_and_nobody_else(
    item: Item, life: list[tuple[Action, int]]
) -> None:
    for moved in lived(item, [(Action.SUBMIT, 1), *life]):
        assert (moved.case.due_at is not None) == (moved.case.state in QUEUED)


@given(items, events_of_life)
def test_no_case_rests_where_it_should_only_pass(item: Item, life: list[tuple[Action, int]]) -> None:
    for moved in lived(item, [(Action.SUBMIT, 1), *life]):
        assert moved.case.state not in (State.APPROVED, State.PAID)
        assert next_automatic(moved.case.state, Action.SUBMIT, item) is None


@given(items, events_of_life)
def test_withdrawal_is_possible_only_before_production(item: Item, life: list[tuple[Action, int]]) -> None:
    for moved in lived(item, [(Action.SUBMIT, 1), *life]):
        withdrawable = (Action.WITHDRAW, Who.APPLICANT) in possible_moves(moved.case.state, item)
        before_production = moved.case.state in {
            State.SUBMITTED, State.SUPPLEMENT_REQUESTED, State.SUPPLEMENTED, State.ACCEPTED,
            State.AWAITING_PAYMENT,
        }  # fmt: skip
        assert withdrawable == before_production


@given(items, events_of_life)
def test_levels_are_decided_by_different_officers_of_rising_rank(
    item: Item, life: list[tuple[Action, int]]
) -> None:
    ranks: list[int] = []
    for moved in lived(item, [(Action.SUBMIT, 1), (Action.ACCEPT, 1), *life]):
        for step in moved.taken:
            if step.edge.action in (Action.REVIEW, Action.APPROVE):
                ranks.append(step.by.rank)
        if moved.has(Action.APPROVE):
            assert len(ranks) == max(item.levels, 1)
            assert ranks == sorted(set(ranks))
            assert len(set(moved.case.reviewers)) == len(moved.case.reviewers)
            assert all(rank >= level + 1 for level, rank in enumerate(ranks, 1)) or item.levels == 0


@given(items, events_of_life)
def test_money_is_asked_for_exactly_by_items_that_cost(item: Item, life: list[tuple[Action, int]]) -> None:
    moves = lived(item, [(Action.SUBMIT, 1), *life])
    asked = sum(step.edge.action is Action.REQUEST_PAYMENT for moved in moves for step in moved.taken)
    assert asked <= 1
    assert asked == 0 or item.is_paid_for


@given(items)
def test_every_item_can_be_completed(item: Item) -> None:
    straight = [
        Action.SUBMIT, Action.ACCEPT, *[Action.APPROVE] * max(item.levels, 1), Action.PAY, Action.PRODUCE,
        Action.DISPATCH, Action.DELIVER, Action.COLLECT,
    ]  # fmt: skip
    ranks = iter([1, 1, *range(2, 2 + max(item.levels, 1)), 1, 1, 1, 1, 1])
    moves = lived(item, [(action, next(ranks)) for action in straight])
    assert moves[-1].case.state is State.COMPLETED


@pytest.mark.parametrize("state", sorted(TERMINAL))
def test_nothing_leaves_an_end_but_what_was_lost_or_damaged(state: State) -> None:
    leaving = {edge.action for edge in EDGES if edge.source == state}
    assert leaving == ({Action.REISSUE} if state is State.COMPLETED else set())


def test_every_state_is_reached_and_labelled() -> None:
    assert {edge.target for edge in EDGES} | {State.DRAFT} == set(State) == set(LABELS)


@pytest.mark.parametrize("steps", STEPS)
@pytest.mark.parametrize("levels", [0, 1, 3])
def test_one_action_of_one_actor_has_one_edge(steps: str, levels: int) -> None:
    item = item_with(steps, levels)
    seen = set()
    for edge in EDGES:
        if edge.when(item):
            for who in edge.who:
                assert (edge.source, edge.action, who) not in seen
                seen.add((edge.source, edge.action, who))


def test_every_edge_says_its_event() -> None:
    assert all(issubclass(edge.event, Event) and edge.event.TYPE.startswith("case.case.") for edge in EDGES)


@given(items, st.sampled_from(State), st.sampled_from(Action), st.sampled_from(Who))
def test_an_illegal_move_names_what_is_possible(item: Item, state: State, action: Action, who: Who) -> None:
    try:
        edge = find_edge(state, action, who, item)
    except IllegalMove as refused:
        assert refused.status == 409
        assert refused.members["current_state"] == state
        offered = {(move["action"], move["who"]) for move in refused.members["possible_moves"]}
        assert offered == {(action.value, who.value) for action, who in possible_moves(state, item)}
    else:
        assert edge.source == state and edge.action == action


def test_a_withdrawn_case_cannot_be_moved_by_anybody() -> None:
    case = replace(new_case(), state=State.WITHDRAWN)
    around = Circumstances(item_with("accept review notify"), default_calendar(), AT)
    for who in (APPLICANT, CLOCK, SYSTEM, Mover(Who.OFFICER, UUID(int=1), 4)):
        for action in Action:
            with pytest.raises(IllegalMove):
                move(case, action, who, around)
