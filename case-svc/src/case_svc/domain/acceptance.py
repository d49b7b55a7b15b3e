"""From submission to acceptance: what each of these moves does to the clocks."""

from typing import Any

from . import limits
from .case import Case, Circumstances, Moved, move
from .errors import SupervisorNeeded
from .people import APPLICANT, CLOCK, Mover, Officer, as_mover
from .transitions import Action, Who, find_edge


def submit(case: Case, around: Circumstances, by: Mover = APPLICANT, *, changes: dict[str, Any]) -> Moved:
    """`changes` carries what submission fixes: number, unit, masked name, the applicant's amount."""
    clocks, facts = _received(around) if around.item.is_accepted_by_officer else ({}, {})
    return move(
        case,
        Action.SUBMIT,
        by,
        around,
        changes={**changes, **clocks, "submitted_at": around.at, "received_at": around.at},
        facts=facts,
    )


def supplement(
    case: Case,
    around: Circumstances,
    by: Mover = APPLICANT,
    *,
    changes: dict[str, Any],
    note: str | None,
) -> Moved:
    clocks, facts = _received(around)
    return move(
        case,
        Action.SUPPLEMENT,
        by,
        around,
        changes={**changes, **clocks, "received_at": around.at},
        facts=facts,
        texts={"note": note} if note else {},
    )


def request_supplement(
    case: Case, officer: Officer, around: Circumstances, *, lacking: list[dict[str, Any]], reason: str | None
) -> Moved:
    """Everything lacking at once; a second request needs a supervisor and their reason."""
    find_edge(case.state, Action.REQUEST_SUPPLEMENT, Who.OFFICER, around.item)
    if case.supplements and not (officer.supervises(case.unit, case.department) and reason):
        raise SupervisorNeeded
    return move(
        case,
        Action.REQUEST_SUPPLEMENT,
        as_mover(officer),
        around,
        changes={"supplements": case.supplements + 1, "response_due_at": None},
        facts={"count": len(lacking)},
        texts={"lacking": lacking, **({"reason": reason} if reason else {})},
    )


def accept(case: Case, officer: Officer, around: Circumstances) -> Moved:
    due = around.calendar.add_working_days(around.at, around.item.definition.promised_days)
    return move(
        case,
        Action.ACCEPT,
        as_mover(officer),
        around,
        changes={
            "accepted_at": around.at,
            "accepted_by": officer.id,
            "promise_due_at": due.due_at,
            "promise_is_provisional": due.provisional,
        },
        facts={"promise_due_at": due.due_at.isoformat(), "provisional": due.provisional},
    )


def accept_by_silence(case: Case, around: Circumstances) -> Moved:
    """The law counts such a case as accepted from the day its materials came; the promise runs from there."""
    received = case.received_at or around.at
    due = around.calendar.add_working_days(received, around.item.definition.promised_days)
    return move(
        case,
        Action.ACCEPT,
        CLOCK,
        around,
        changes={
            "accepted_at": received,
            "promise_due_at": due.due_at,
            "promise_is_provisional": due.provisional,
        },
        facts={
            "promise_due_at": due.due_at.isoformat(),
            "provisional": due.provisional,
            "accepted_at": received.isoformat(),
        },
    )


def reject(case: Case, officer: Officer, around: Circumstances, *, texts: dict[str, Any]) -> Moved:
    changes = {"decided_at": around.at, "closed_at": around.at}
    return move(case, Action.REJECT, as_mover(officer), around, changes=changes, texts=texts)


def withdraw(case: Case, around: Circumstances, by: Mover = APPLICANT, *, reason: str | None) -> Moved:
    texts = {"reason": reason} if reason else {}
    return move(case, Action.WITHDRAW, by, around, changes={"closed_at": around.at}, texts=texts)


def _received(around: Circumstances) -> tuple[dict[str, Any], dict[str, Any]]:
    response = around.calendar.add_working_days(around.at, limits.RESPONSE_WORKING_DAYS).due_at
    deemed = around.calendar.add_working_days(around.at, limits.DEEMED_ACCEPTANCE_WORKING_DAYS).due_at
    facts = {"response_due_at": response.isoformat(), "deemed_at": deemed.isoformat()}
    return {"response_due_at": response}, facts
