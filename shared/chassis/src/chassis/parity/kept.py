"""What is kept of days: the latest revision of each owner's tally."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from contracts.tallies import DayTallied, FactTally
from contracts.topics import PRODUCERS

from ..db.statement import Statement
from ..db.uow import UnitOfWork

_WHICH: Final = (
    "SELECT service, revision, facts, tallied_at FROM day_tally WHERE day = $1 AND service = ANY($2::text[])"
)
_RANGE: Final = """SELECT min(CASE WHEN revision = 0 THEN day + 1 ELSE day END) AS first, max(day) AS last
 FROM day_tally WHERE service = $1"""
_HEARD: Final = """INSERT INTO day_tally (service, day, revision, facts, tallied_at) VALUES ($1, $2, $3, $4, $5)
 ON CONFLICT (service, day) DO UPDATE SET revision = excluded.revision, facts = excluded.facts,
 tallied_at = excluded.tallied_at WHERE day_tally.revision < excluded.revision RETURNING true"""
_COUNTED: Final = Statement(
    """INSERT INTO day_tally (service, day, revision, facts, tallied_at) VALUES ($1, $2, $3, $4::jsonb, $5)
 ON CONFLICT (service, day) DO UPDATE SET revision = excluded.revision, facts = excluded.facts,
 tallied_at = excluded.tallied_at WHERE day_tally.revision = excluded.revision - 1"""
)


class TalliedMeanwhile(Exception):
    """Another instance counted the same day in this moment; nothing was written, and a repeat finds it done."""


@dataclass(frozen=True, slots=True)
class KeptTally:
    """An owner's day. `facts` by name; one without occurrences is there, and empty."""

    owner: str
    revision: int
    facts: Mapping[str, FactTally]
    tallied_at: datetime


async def kept_tallies(uow: UnitOfWork, day: date, owners: Sequence[str]) -> dict[str, KeptTally]:
    """What is known of `day` by those of `owners` who told; a day that counting began in does not count."""
    rows = await uow.read(_WHICH, day, list(owners))
    return {row["service"]: _kept(row) for row in rows if row["revision"]}


def _kept(row: Any) -> KeptTally:
    facts = [FactTally.model_validate(fact) for fact in row["facts"]]
    return KeptTally(row["service"], row["revision"], {fact.fact: fact for fact in facts}, row["tallied_at"])


async def kept_range(uow: UnitOfWork, owner: str) -> tuple[date, date] | None:
    """The first day that counts, and the last one kept."""
    row = await uow.read_row(_RANGE, owner)
    return (row["first"], row["last"]) if row is not None and row["last"] is not None else None


async def keep_tally(uow: UnitOfWork, event: DayTallied) -> bool:
    """Keeps what another owner told; False where a later revision came before it."""
    owner = PRODUCERS[event.TOPIC]
    newer = await uow.fetchval(_HEARD, owner, event.day, event.revision, _facts(event), event.tallied_at)
    return newer is not None


def keep_counted(uow: UnitOfWork, owner: str, event: DayTallied) -> None:
    """Keeps what was counted here, with the commit; TalliedMeanwhile."""
    uow.write(
        _COUNTED, owner, event.day, event.revision, _facts(event), event.tallied_at,
        rows=1, otherwise=TalliedMeanwhile,
    )  # fmt: skip


def _facts(event: DayTallied) -> list[dict[str, Any]]:
    return [fact.model_dump(mode="json") for fact in event.facts]
