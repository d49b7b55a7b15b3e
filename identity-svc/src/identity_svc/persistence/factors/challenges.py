"""Challenges that were used, for as long as they could be shown again."""

from datetime import datetime
from uuid import UUID

from chassis.db import UnitOfWork


class SqlSpentChallenges:
    async def spend(self, uow: UnitOfWork, challenge_id: UUID, until: datetime) -> bool:
        """False where it was spent before: of two at once, the second waits for the first and is told."""
        tag = await uow.execute(
            "INSERT INTO spent_challenge (id, until) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            challenge_id,
            until,
        )
        return tag == "INSERT 0 1"

    async def sweep(self, uow: UnitOfWork) -> None:
        await uow.execute("DELETE FROM spent_challenge WHERE until < now()")
