"""A named fact: a SELECT over one day, counted and hashed by the hour inside PostgreSQL, or listed one by one."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from contracts.tallies import FactTally, HourTally

from ..db.uow import UnitOfWork
from .days import Hour, bounds

PAGE: Final = 2_000
_MODULUS: Final = 2**64


@dataclass(frozen=True, slots=True)
class FactMember:
    """One occurrence: `says` are its other columns as text, by name; no personal data."""

    id: UUID
    says: dict[str, str]


@dataclass(frozen=True, slots=True)
class Fact:
    """`sql` selects `id` (uuid), `at` (timestamptz) and `columns` of the rows whose `at` is from $1 to before $2.

    `at` stands on the row and was written with it: a time of the matter, the same for all who know of it, and never
    the clock of whoever reads. It needs an index. `columns` are ids, integers and words, whose text is the same
    everywhere: two owners agree where the same ids say the same.
    """

    name: str
    columns: tuple[str, ...]
    sql: str

    @property
    def tally_sql(self) -> str:
        """$1, $2: bounds. MD5 because every PostgreSQL makes the same of it, which its own hashes do not promise."""
        said = ", ".join(["id::text", *_texts(self.columns)])
        return f"""SELECT extract(hour FROM at AT TIME ZONE 'Asia/Shanghai')::int AS hour, count(*) AS count,
 sum(('x' || left(md5(concat_ws('|', {said})), 16))::bit(64)::bigint) AS digest
 FROM ({self.sql}) AS fact GROUP BY 1 ORDER BY 1"""

    @property
    def members_sql(self) -> str:
        """$1, $2: bounds; $3: the id after which to go on; $4: how many, and all that have the last one's id."""
        return f"""SELECT id, ARRAY[{", ".join(_texts(self.columns))}] AS says FROM ({self.sql}) AS fact
 WHERE id > $3::uuid ORDER BY id FETCH FIRST ($4::int) ROWS WITH TIES"""

    async def tally(self, uow: UnitOfWork, day: date) -> FactTally:
        """The day as it stands now."""
        rows = await uow.read(self.tally_sql, *bounds(day))
        hours = [
            HourTally(hour=row["hour"], count=row["count"], digest=f"{int(row['digest']) % _MODULUS:016x}")
            for row in rows
        ]
        return FactTally(fact=self.name, hours=tuple(hours))

    async def page(
        self, uow: UnitOfWork, hour: Hour, after: UUID | None = None, limit: int = PAGE
    ) -> list[FactMember]:
        """Those of one hour by id; fewer than `limit`: there are no more."""
        rows = await uow.read(self.members_sql, *hour.bounds, after or UUID(int=0), limit)
        return [FactMember(row["id"], dict(zip(self.columns, row["says"], strict=True))) for row in rows]

    async def members(self, uow: UnitOfWork, hour: Hour) -> AsyncIterator[FactMember]:
        """All of one hour, by id."""
        after: UUID | None = None
        while page := await self.page(uow, hour, after):
            for member in page:
                yield member
            if len(page) < PAGE:
                return
            after = page[-1].id


def _texts(columns: tuple[str, ...]) -> list[str]:
    return [f"coalesce({name}::text, '')" for name in columns]
