"""Who had a hand in a case for its applicant: one row for each agent and kind of act, however often."""

from datetime import datetime
from typing import Final
from uuid import UUID

from chassis.db import Statement, UnitOfWork
from contracts.tokens import Actor

NOTE: Final = Statement(
    """INSERT INTO case_hand (case_id, acted_by, mandate_id, what, first_at, last_at, times)
VALUES ($1, $2, $3, $4, $5, $5, 1)
ON CONFLICT (case_id, acted_by, mandate_id, what)
 DO UPDATE SET last_at = excluded.last_at, times = case_hand.times + 1"""
)


class HandsTable:
    def note(self, uow: UnitOfWork, case_id: UUID, actor: Actor, what: str, at: datetime) -> None:
        uow.write(NOTE, case_id, actor.sub, actor.mandate, what, at)
