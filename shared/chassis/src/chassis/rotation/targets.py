"""What a change of keys works on, step by step."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from ..db.uow import UnitOfWork
from ..jobs.begin import Begin
from ..sealing import Sealer

BATCH: Final = 200


@dataclass(frozen=True, slots=True)
class Step:
    """One batch done. `after`: where the next begins; None: there is no next. `broken`: rows that would not open."""

    after: list[Any] | None
    changed: int
    broken: tuple[str, ...] = ()


class Target(Protocol):
    """Something that is under keys: a column, or files."""

    @property
    def name(self) -> str: ...

    def goal(self, sealer: Sealer) -> str | None:
        """What everything is to be under in the end; None: nothing is to do with these keys."""

    async def step(self, begin: Begin, sealer: Sealer, after: list[Any] | None) -> Step:
        """Changes one batch behind `after`; another change of the same row at the same time wins."""

    async def left(self, uow: UnitOfWork, sealer: Sealer) -> Mapping[str, int]:
        """How much is under which key."""


class Progress:
    """The row that says where a target has come to; with another goal than before it begins anew."""

    async def begin(self, uow: UnitOfWork, target: str, goal: str) -> list[Any] | None:
        row = await uow.read_row("SELECT goal, after FROM key_rotation WHERE target = $1", target)
        return row["after"] if row is not None and row["goal"] == goal else None

    async def note(self, uow: UnitOfWork, target: str, goal: str, step: Step) -> None:
        await uow.execute(
            """INSERT INTO key_rotation AS known (target, goal, after, changed) VALUES ($1, $2, $3, $4)
 ON CONFLICT (target) DO UPDATE SET goal = excluded.goal, after = excluded.after, updated_at = now(),
 changed = excluded.changed + CASE WHEN known.goal = excluded.goal THEN known.changed ELSE 0 END""",
            target,
            goal,
            step.after,
            step.changed,
        )
