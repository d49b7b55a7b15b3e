"""What has to happen next before a client gets its code: one question at a time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from ..accounts import Subject
from ..sessions import Authentication
from .authorization import Flow
from .clients import Client, Scope
from .levels import level_of


class Step(StrEnum):
    """In this order."""

    LOG_IN = "login"
    CHOOSE = "choose"
    LEVEL = "level"
    CONSENT = "consent"
    GIVE_CODE = "code"


WITHOUT_ASKING: Final[dict[Step, tuple[str, str]]] = {
    Step.LOG_IN: ("login_required", "the user has to log in"),
    Step.CHOOSE: ("account_selection_required", "the user has to choose an account"),
    Step.LEVEL: ("interaction_required", "a higher assurance level is needed"),
    Step.CONSENT: ("consent_required", "the user has to agree"),
}
"""What `prompt=none` answers instead of asking."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Who is logged in in this browser. `sub` is what the client's department knows them by, where it does."""

    session_id: UUID
    subject: Subject
    authentication: Authentication
    sub: str | None = None
    agreed: frozenset[Scope] = frozenset()


def next_step(flow: Flow, client: Client, seat: Seat | None, moment: datetime) -> Step:
    asked = flow.asked
    if seat is None:
        return Step.LOG_IN
    fresh = seat.authentication.at >= flow.asked_at
    if not fresh and _must_log_in_again(flow, seat, moment):
        return Step.LOG_IN
    if not client.serves(seat.subject):
        return Step.CHOOSE
    if asked.expected_sub is not None and asked.expected_sub != seat.sub:
        return Step.CHOOSE if fresh else Step.LOG_IN
    chosen = fresh or flow.chosen_session == str(seat.session_id)
    if "select_account" in asked.prompts and not chosen:
        return Step.CHOOSE
    if level_of(seat.subject) < asked.level:
        return Step.LEVEL
    if _must_consent(flow, seat):
        return Step.CONSENT
    return Step.GIVE_CODE


def _must_log_in_again(flow: Flow, seat: Seat, moment: datetime) -> bool:
    max_age = flow.asked.max_age
    too_old = max_age is not None and moment - seat.authentication.at > timedelta(seconds=max_age)
    return too_old or "login" in flow.asked.prompts


def _must_consent(flow: Flow, seat: Seat) -> bool:
    """Officers use their office's systems; what they agree to is their service, not each system."""
    if flow.consented_by == str(seat.subject.id):
        return False
    if "consent" in flow.asked.prompts:
        return True
    return not seat.subject.is_officer and not flow.asked.scopes <= seat.agreed
