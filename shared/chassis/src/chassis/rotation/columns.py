"""Columns under keys: sealed ones, and those with hashes to find a row by."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ..db.uow import UnitOfWork
from ..jobs.begin import Begin
from ..sealing import SealBroken, Sealer
from .targets import BATCH, Progress, Step

# The id of the key some bytes are sealed under, as text.
_KEY_OF = "encode(substring({column} from 3 for get_byte({column}, 1)), 'escape')"


@dataclass(frozen=True)
class SealedColumn:
    """A column of sealed bytes. `key` are the primary key's columns with their types; `aad` is made of a row.

    `also`: what else `aad` needs of the row, as in a SELECT.
    """

    table: str
    column: str
    key: Mapping[str, str]
    aad: Callable[[Any], bytes]
    also: Sequence[str] = ()

    @property
    def name(self) -> str:
        return f"{self.table}.{self.column}"

    def goal(self, sealer: Sealer) -> str | None:
        return sealer.active_key_id

    async def step(self, begin: Begin, sealer: Sealer, after: list[Any] | None) -> Step:
        """Rows that somebody else has locked are left for the next round: nobody ever waits for us in a circle."""
        async with begin() as uow:
            await uow.connection()
            rows = await uow.fetch(self._select(after), BATCH, sealer.active_key_id, *(after or ()))
            changed, broken = self._resealed(sealer, rows)
            done = int((await uow.execute(self._update, *changed)).split()[-1]) if changed[0] else 0
            last = [_text(rows[-1][name]) for name in self.key] if len(rows) == BATCH else None
            step = Step(last, done, broken)
            await Progress().note(uow, self.name, sealer.active_key_id, step)
        return step

    async def left(self, uow: UnitOfWork, sealer: Sealer) -> Mapping[str, int]:
        key = _KEY_OF.format(column=self.column)
        rows = await uow.fetch(
            f"SELECT {key} AS key_id, count(*) AS rows FROM {self.table} WHERE {self.column} IS NOT NULL GROUP BY 1"
        )
        return {row["key_id"]: row["rows"] for row in rows}

    def _resealed(self, sealer: Sealer, rows: Sequence[Any]) -> tuple[list[list[Any]], tuple[str, ...]]:
        columns: list[list[Any]] = [[] for _ in range(len(self.key) + 2)]
        broken = []
        for row in rows:
            old, aad = row[self.column], self.aad(row)
            try:
                new = sealer.seal(sealer.open(old, aad), aad)
            except SealBroken as error:
                broken.append(f"{self.name} {', '.join(str(row[name]) for name in self.key)}: {error}")
                continue
            for place, value in enumerate((*(row[name] for name in self.key), old, new)):
                columns[place].append(value)
        return columns, tuple(broken)

    def _select(self, after: list[Any] | None) -> str:
        names = ", ".join(dict.fromkeys((*self.key, *self.also, self.column)))
        beyond = ""
        if after is not None:
            marks = ", ".join(f"${place}::text::{kind}" for place, kind in enumerate(self.key.values(), 3))
            beyond = f"AND ({', '.join(self.key)}) > ({marks})"
        return f"""SELECT {names} FROM {self.table} WHERE {self.column} IS NOT NULL
 AND {_KEY_OF.format(column=self.column)} <> $2 {beyond} ORDER BY {", ".join(self.key)} LIMIT $1
 FOR NO KEY UPDATE SKIP LOCKED"""

    @cached_property
    def _update(self) -> str:
        kinds = [*self.key.values(), "bytea", "bytea"]
        arrays = ", ".join(f"${place}::{kind}[]" for place, kind in enumerate(kinds, 1))
        names = ", ".join((*self.key, "old", "new"))
        same = " AND ".join(f"t.{name} = n.{name}" for name in self.key)
        return f"""UPDATE {self.table} t SET {self.column} = n.new FROM unnest({arrays}) n ({names})
 WHERE {same} AND t.{self.column} = n.old"""


@dataclass(frozen=True)
class LookupColumn:
    """A column of hashes by the lookup key, with its second column `<column>_next` while that key changes.

    `value` gives what is hashed, from what the sealed column beside it holds, and the row. On the way in, the second
    column is filled; on the way out, it takes the first one's place; at other times it is emptied. Both are unique: one
    value is one row at every moment.
    """

    table: str
    column: str
    key: str
    sealed: SealedColumn
    value: Callable[[bytes, Any], str | None]
    kind: str = "uuid"
    progress: Progress = field(default_factory=Progress)

    @property
    def name(self) -> str:
        return f"{self.table}.{self.column}"

    def goal(self, sealer: Sealer) -> str:
        if sealer.lookup_phase is None:
            return "second column emptied"
        done = "filled" if sealer.lookup_phase == "in" else "taken over"
        return f"second column {done}, {' '.join(sealer.fingerprints)}"

    async def step(self, begin: Begin, sealer: Sealer, after: list[Any] | None) -> Step:
        async with begin() as uow:
            await uow.connection()
            beyond = f"AND {self.key} > $2::text::{self.kind}" if after else ""
            rows = await uow.fetch(
                f"""SELECT {self.key} AS row_key, {self.column} AS hash, {self.column}_next AS second, {self._needed}
 FROM {self.table} WHERE {self._open(sealer)} {beyond} ORDER BY {self.key} LIMIT $1
 FOR UPDATE SKIP LOCKED""",
                BATCH, *(after or ()),
            )  # fmt: skip
            changed, broken = await self._change(uow, sealer, rows)
            step = Step([_text(rows[-1]["row_key"])] if len(rows) == BATCH else None, changed, broken)
            await self.progress.note(uow, self.name, self.goal(sealer), step)
        return step

    async def unfinished(self, uow: UnitOfWork, sealer: Sealer, *, begins: bool) -> str | None:
        """What forbids this phase. `begins`: it is the first start with the present lookup keys."""
        filled = f"SELECT EXISTS (SELECT FROM {self.table} WHERE {self.column}_next IS NOT NULL)"
        lacking = f"{self.column} IS NOT NULL AND {self.column}_next IS NULL"
        if sealer.lookup_phase == "in" and begins and await uow.read_value(filled):
            return (
                f"{self.name}: 上次更换查找密钥尚未收尾，请先去掉 LOOKUP_KEY_NEXT 运行 reseal"
                " · the last change of the lookup key is not finished: run reseal without LOOKUP_KEY_NEXT first"
            )
        if sealer.lookup_phase == "out" and await uow.read_value(
            f"SELECT EXISTS (SELECT FROM {self.table} WHERE {lacking})"
        ):
            return (
                f"{self.name}: 还有数据没有新哈希，请先以 LOOKUP_KEY_NEXT 运行 reseal"
                " · rows lack their second hash: run reseal with LOOKUP_KEY_NEXT first"
            )
        return None

    async def left(self, uow: UnitOfWork, sealer: Sealer) -> Mapping[str, int]:
        count = await uow.fetchval(f"SELECT count(*) FROM {self.table} WHERE {self._open(sealer)}")
        return {"to do": count} if count else {}

    @property
    def _needed(self) -> str:
        return ", ".join(dict.fromkeys((*self.sealed.key, *self.sealed.also, self.sealed.column)))

    def _open(self, sealer: Sealer) -> str:
        """What there is still to do."""
        first, second = self.column, f"{self.column}_next"
        if sealer.lookup_phase == "in":
            return f"{first} IS NOT NULL AND {second} IS NULL"
        if sealer.lookup_phase == "out":
            return f"{first} IS NOT NULL AND {first} IS DISTINCT FROM {second}"
        return f"{second} IS NOT NULL"

    async def _change(
        self, uow: UnitOfWork, sealer: Sealer, rows: Sequence[Any]
    ) -> tuple[int, tuple[str, ...]]:
        changed, broken = 0, []
        for row in rows:
            second = row["second"]
            if sealer.lookup_phase == "in" or (sealer.lookup_phase == "out" and second is None):
                try:
                    value = self.value(sealer.open(row[self.sealed.column], self.sealed.aad(row)), row)
                except SealBroken as error:
                    broken.append(f"{self.name} {row['row_key']}: {error}")
                    continue
                second = sealer.next_hash(value) if value is not None else None
                if second is None:
                    broken.append(f"{self.name} {row['row_key']}: nothing to hash")
                    continue
            changed += await self._write(uow, sealer, row, second)
        return changed, tuple(broken)

    async def _write(self, uow: UnitOfWork, sealer: Sealer, row: Any, second: bytes | None) -> int:
        first = second if sealer.lookup_phase == "out" else row["hash"]
        kept = None if sealer.lookup_phase is None else second
        tag = await uow.execute(
            f"UPDATE {self.table} SET {self.column} = $2, {self.column}_next = $3 WHERE {self.key} = $1",
            row["row_key"], first, kept,
        )  # fmt: skip
        return int(tag.split()[-1])


@dataclass(frozen=True)
class PassingHash:
    """A column of hashes by the lookup key in rows that soon pass: no second column, looked for by every known key.

    On the way out the old hash makes room for the new one; two rows may share a value until then.
    """

    table: str
    column: str
    key: str
    sealed: SealedColumn
    value: Callable[[bytes, Any], str]
    kind: str = "uuid"

    @property
    def name(self) -> str:
        return f"{self.table}.{self.column}"

    def goal(self, sealer: Sealer) -> str | None:
        return f"hashed anew, {' '.join(sealer.fingerprints)}" if sealer.lookup_phase == "out" else None

    async def step(self, begin: Begin, sealer: Sealer, after: list[Any] | None) -> Step:
        async with begin() as uow:
            await uow.connection()
            beyond = f"AND {self.key} > $2::text::{self.kind}" if after else ""
            columns = ", ".join(
                dict.fromkeys((*self.sealed.key, *self.sealed.also, self.sealed.column, self.column))
            )
            rows = await uow.fetch(
                f"SELECT {self.key} AS row_key, {columns} FROM {self.table} WHERE {self.sealed.column} IS NOT NULL"
                f" {beyond} ORDER BY {self.key} LIMIT $1 FOR UPDATE SKIP LOCKED",
                BATCH, *(after or ()),
            )  # fmt: skip
            changed, broken = 0, []
            for row in rows:
                try:
                    value = self.value(sealer.open(row[self.sealed.column], self.sealed.aad(row)), row)
                except SealBroken as error:
                    broken.append(f"{self.name} {row['row_key']}: {error}")
                    continue
                if row[self.column] != sealer.lookup_hash(value):
                    await uow.execute(
                        f"UPDATE {self.table} SET {self.column} = $2 WHERE {self.key} = $1",
                        row["row_key"], sealer.lookup_hash(value),
                    )  # fmt: skip
                    changed += 1
            step = Step([_text(rows[-1]["row_key"])] if len(rows) == BATCH else None, changed, tuple(broken))
            await Progress().note(uow, self.name, self.goal(sealer) or "", step)
        return step

    async def left(self, uow: UnitOfWork, sealer: Sealer) -> Mapping[str, int]:
        return {}


def _text(value: Any) -> str:
    """As PostgreSQL reads it back."""
    return f"\\x{value.hex()}" if isinstance(value, bytes) else str(value)
