"""Exports at rest: every entry sealed with its name, since names of files name people."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from chassis.db import UnitOfWork
from chassis.jobs import Begin
from chassis.sealing import Sealer

from ...domain.people.export import Export, ExportState, Part, PartState

_COLUMNS: Final = "id, account_id, state, parts, requested_at, ready_at, expires_at"
_ADD: Final = f"""INSERT INTO person_export ({_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7)
 ON CONFLICT (account_id) WHERE state = 'preparing' DO NOTHING"""
_NEXT: Final = (
    """SELECT id, body FROM person_export_entry WHERE export_id = $1 AND id > $2 ORDER BY id LIMIT 1"""
)


class SqlExports:
    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    async def add(self, uow: UnitOfWork, export: Export) -> bool:
        tag = await uow.execute(
            _ADD, export.id, export.account_id, export.state, _documents(export), export.requested_at,
            export.ready_at, export.expires_at,
        )  # fmt: skip
        return tag == "INSERT 0 1"

    async def get(self, uow: UnitOfWork, account_id: UUID, export_id: UUID) -> Export | None:
        row = await uow.read_row(
            f"SELECT {_COLUMNS} FROM person_export WHERE id = $1 AND account_id = $2 AND expires_at > now()",
            export_id,
            account_id,
        )
        return _export(row) if row else None

    async def prepared(self, uow: UnitOfWork, export_id: UUID) -> Export | None:
        row = await uow.read_row(f"SELECT {_COLUMNS} FROM person_export WHERE id = $1", export_id)
        return _export(row) if row else None

    async def of(self, uow: UnitOfWork, account_id: UUID) -> Sequence[Export]:
        rows = await uow.read(
            f"SELECT {_COLUMNS} FROM person_export WHERE account_id = $1 AND expires_at > now()"
            " ORDER BY id DESC LIMIT 10",
            account_id,
        )
        return [_export(row) for row in rows]

    async def put(self, uow: UnitOfWork, export_id: UUID, path: str, content: bytes) -> None:
        sealed = self._sealer.seal(path.encode() + b"\0" + content, export_id.bytes)
        await uow.execute(
            "INSERT INTO person_export_entry (export_id, body) VALUES ($1, $2)", export_id, sealed
        )

    async def paths(self, uow: UnitOfWork, export_id: UUID) -> Sequence[str]:
        found, after = [], 0
        while (row := await uow.fetchrow(_NEXT, export_id, after)) is not None:
            after = row["id"]
            found.append(self._open(export_id, row["body"])[0])
        return found

    async def entries(self, begin: Begin, export_id: UUID) -> AsyncIterator[tuple[str, bytes]]:
        """One at a time: an export may be larger than memory."""
        after = 0
        while True:
            async with begin() as uow:
                row = await uow.read_row(_NEXT, export_id, after)
            if row is None:
                return
            after = row["id"]
            yield self._open(export_id, row["body"])

    async def update(self, uow: UnitOfWork, export: Export) -> None:
        await uow.execute(
            "UPDATE person_export SET state = $2, parts = $3, ready_at = $4, expires_at = $5 WHERE id = $1",
            export.id, export.state, _documents(export), export.ready_at, export.expires_at,
        )  # fmt: skip

    async def note_download(self, uow: UnitOfWork, export_id: UUID, at: datetime) -> None:
        await uow.execute("UPDATE person_export SET downloaded_at = $2 WHERE id = $1", export_id, at)

    async def sweep(self, uow: UnitOfWork) -> None:
        await uow.execute("DELETE FROM person_export WHERE expires_at < now()")

    def _open(self, export_id: UUID, body: bytes) -> tuple[str, bytes]:
        path, _, content = self._sealer.open(body, export_id.bytes).partition(b"\0")
        return path.decode(), content


def _documents(export: Export) -> dict[str, Any]:
    return {name: part.document() for name, part in export.parts.items()}


def _export(row: Mapping[str, Any]) -> Export:
    parts = {
        name: Part(PartState(part["state"]), part["records"], part["files"])
        for name, part in row["parts"].items()
    }
    return Export(
        id=row["id"], account_id=row["account_id"], state=ExportState(row["state"]), requested_at=row["requested_at"],
        ready_at=row["ready_at"], expires_at=row["expires_at"], parts=parts,
    )  # fmt: skip
