"""Who had a hand in a case for its applicant: drafts have no history, and whoever handles the case must know."""

from uuid import UUID

from chassis.db import UnitOfWork

from ..domain.people import Applicant
from .desk import Desk


def note_hand(desk: Desk, uow: UnitOfWork, applicant: Applicant, case_id: UUID, what: str) -> None:
    """Keeps, with the commit, that `applicant`'s agent did `what`; nothing where they do it themselves.

    `what`: opened, placed, renewed, answers, materials, address, submitted, supplemented, withdrawn.
    """
    if applicant.actor is not None:
        desk.hands.note(uow, case_id, applicant.actor, what, desk.clock())
