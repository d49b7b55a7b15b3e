"""SQL of the document table."""

from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import datetime
from operator import attrgetter
from typing import Final
from uuid import UUID

import asyncpg
from chassis.db import Statement, UnitOfWork

from ..domain.people import Applicant
from .record import Document, Found, IssuingUnit

_NAMES: Final = [field.name for field in fields(Document)]
_VALUES: Final = attrgetter(*_NAMES)
_PLACES: Final = ", ".join(f"${place}" for place in range(1, len(_NAMES) + 1))
_INSERT: Final = Statement(f"INSERT INTO document ({', '.join(_NAMES)}) VALUES ({_PLACES})")

_FOUND: Final = f"""SELECT {", ".join(f"document.{name}" for name in _NAMES)},
 coalesce(unit.name, document.unit) AS unit_name, coalesce(unit.name_en, '') AS unit_name_en
 FROM document LEFT JOIN unit ON unit.code = document.unit"""
_BY_ID: Final = f"{_FOUND} WHERE document.id = $1"
_BY_CODE: Final = f"{_FOUND} WHERE document.code = $1"
_OF_APPLICANT: Final = f"""{_FOUND} WHERE document.applicant_id = $1 AND document.id < $2
 ORDER BY document.id DESC LIMIT $3"""
_OF_APPLICANT_WITHIN: Final = _OF_APPLICANT.replace(
    "ORDER BY", "AND (document.item_code = ANY($4) OR document.department = ANY($5)) ORDER BY"
)
_REVOKE: Final = """UPDATE document SET revoked_at = $2, revoked_by = $3, revocation_sealed = $4
 WHERE id = $1 AND revoked_at IS NULL"""
_BY_IDS: Final = f"{_FOUND} WHERE document.id = ANY($1::uuid[]) FOR UPDATE OF document"
_LOOSEN: Final = """UPDATE document SET applicant_id = $2, holder_masked = NULL, key_id = $3, signature = $4,
 revocation_sealed = NULL WHERE id = $1"""
_DRAW: Final = "SELECT nextval('document_serial_seq') FROM generate_series(1, $1)"
_LATEST: Final = UUID(int=2**128 - 1)


async def draw_serials(uow: UnitOfWork, count: int) -> list[int]:
    """Numbers that nobody else gets, whatever becomes of this unit of work."""
    return [row[0] for row in await uow.read(_DRAW, count)]


def insert(uow: UnitOfWork, document: Document) -> None:
    uow.write(_INSERT, *_VALUES(document))


async def by_id(uow: UnitOfWork, document_id: UUID) -> Found | None:
    row = await uow.read_row(_BY_ID, document_id)
    return _found(row) if row else None


async def by_code(uow: UnitOfWork, code: str) -> Found | None:
    row = await uow.read_row(_BY_CODE, code)
    return _found(row) if row else None


async def loosen(uow: UnitOfWork, ids: Sequence[UUID], loosened: Callable[[Document], Document]) -> None:
    """Takes from them whose they were, and what was written of them when they were revoked."""
    for row in await uow.fetch(_BY_IDS, list(ids)):
        document = loosened(_found(row).document)
        await uow.execute(_LOOSEN, document.id, document.applicant_id, document.key_id, document.signature)


async def of_applicant(uow: UnitOfWork, applicant: Applicant, before: UUID | None, limit: int) -> list[Found]:
    """The newest first; ids are ordered by time. For whoever acts, what their mandate is for."""
    page = (applicant.id, before or _LATEST, limit)
    if applicant.actor is not None and applicant.is_limited:
        within = (list(applicant.actor.items), list(applicant.actor.departments))
        rows = await uow.read(_OF_APPLICANT_WITHIN, *page, *within)
    else:
        rows = await uow.read(_OF_APPLICANT, *page)
    return [_found(row) for row in rows]


async def mark_revoked(
    uow: UnitOfWork, document_id: UUID, at: datetime, by: UUID | None, reason_sealed: bytes
) -> bool:
    """False when it was revoked before. `by` nobody: another took its place."""
    return await uow.execute(_REVOKE, document_id, at, by, reason_sealed) == "UPDATE 1"


def _found(row: asyncpg.Record) -> Found:
    *columns, name, name_en = row.values()
    return Found(Document(*columns), IssuingUnit(name, name_en))
