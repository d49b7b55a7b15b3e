"""Where two who should know the same differ."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from contracts.tallies import FactTally

from .fact import FactMember

Says = dict[str, str]


@dataclass(frozen=True, slots=True)
class Apart:
    """One id on which they differ; None: that side does not know it."""

    id: UUID
    ours: Says | None
    theirs: Says | None


def hours_apart(ours: FactTally | None, theirs: FactTally | None) -> list[int]:
    """Hours in which they counted or hashed otherwise; a side that is missing counted nothing."""
    mine, others = _by_hour(ours), _by_hour(theirs)
    return sorted(hour for hour in mine | others if mine.get(hour) != others.get(hour))


def _by_hour(tally: FactTally | None) -> dict[int, tuple[int, str]]:
    return {one.hour: (one.count, one.digest) for one in tally.hours} if tally is not None else {}


def apart(ours: Iterable[FactMember], theirs: Iterable[FactMember]) -> list[Apart]:
    """The ids on which they differ, in order. An id that one side has twice differs from having it once."""
    mine, others = _by_id(ours), _by_id(theirs)
    found = []
    for id in sorted(mine.keys() | others.keys()):
        left, right = mine.get(id, Counter()), others.get(id, Counter())
        if left != right:
            found.append(Apart(id, _first(left - right or left), _first(right - left or right)))
    return found


def _by_id(members: Iterable[FactMember]) -> dict[UUID, Counter[tuple[tuple[str, str], ...]]]:
    found: dict[UUID, Counter[tuple[tuple[str, str], ...]]] = {}
    for member in members:
        found.setdefault(member.id, Counter())[tuple(sorted(member.says.items()))] += 1
    return found


def _first(said: Counter[tuple[tuple[str, str], ...]]) -> Says | None:
    return dict(next(iter(said))) if said else None
