"""What the document routes work with: picked in `bootstrap.py`, found as `request.app.state.documents`."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import structlog
from chassis.db import UnitOfWork

from ..domain.people import ERASED_NAME
from ..materials.errors import FileMissing
from ..materials.store import MaterialStore
from .errors import DocumentRevoked, HolderGone, HolderUnavailable, RecordAltered
from .issuing import DocumentIssuer
from .record import Document, Found
from .rendering import Holder, render_pdf

log = structlog.get_logger(__name__)

FindPerson = Callable[[UUID], Awaitable[dict[str, Any] | None]]
"""The person or company of an account: `name`, `id_number`; None while identity-svc cannot tell."""


def document_aad(document_id: UUID) -> bytes:
    return b"document:" + document_id.bytes


class RecordView(Protocol):
    """Notes that somebody looked, for the person concerned to see."""

    async def __call__(
        self,
        uow: UnitOfWork,
        case_id: UUID,
        *,
        viewer: str,
        unit: str | None,
        what: str,
        role: str | None = None,
    ) -> None: ...


class NoteInHistory(Protocol):
    """Writes a line into the case's public history; `about` is `document_revoked` here."""

    def __call__(
        self, uow: UnitOfWork, case_id: UUID, about: str, at: datetime, facts: dict[str, Any]
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class DocumentDesk:
    """`public_url` is where citizens reach the platform; `more_fonts` a folder with fonts for rare names."""

    issuer: DocumentIssuer
    store: MaterialStore
    find_person: FindPerson
    record_view: RecordView
    public_url: str
    more_fonts: Path | None = None
    note: NoteInHistory | None = None

    def verify_url(self, document: Document) -> str:
        return f"{self.public_url.rstrip('/')}/verify/{document.code}"

    def is_authentic(self, document: Document) -> bool:
        """Whether the record is as signed; where it is not, that is logged for the operators."""
        authentic = self.issuer.is_authentic(document)
        if not authentic:
            log.error("document_record_altered", document_id=str(document.id))
        return authentic

    async def pdf(self, found: Found) -> bytes:
        """The PDF: rendered the first time, the same bytes ever after. May call identity-svc.

        Raises DocumentRevoked, RecordAltered, HolderUnavailable, GlyphMissing.
        """
        document = found.document
        if document.revoked_at is not None:
            raise DocumentRevoked(document.revoked_at)
        keys, aad = self.store.keys_for("documents", str(document.id)), document_aad(document.id)
        for key in keys:
            with contextlib.suppress(FileMissing):
                return await self.store.get(key, aad)
        content = await self._render(found)
        await self.store.put(keys[0], content, aad)
        return content

    async def revoke(self, uow: UnitOfWork, document_id: UUID, reason: str, officer: UUID) -> Found:
        """Ends the document's validity and tells it in the case's history. Raises AlreadyRevoked."""
        found = await self.issuer.revoke(uow, document_id, reason, officer)
        document = found.document
        assert document.revoked_at is not None
        facts = {"document_id": str(document.id), "number": document.number}
        if self.note is not None:
            self.note(uow, document.case_id, "document_revoked", document.revoked_at, facts)
        return found

    async def _render(self, found: Found) -> bytes:
        if not self.is_authentic(found.document):
            raise RecordAltered()
        person = await self.find_person(found.document.applicant_id)
        if person is None or not person.get("name"):
            raise HolderUnavailable()
        if person["name"] == ERASED_NAME:
            raise HolderGone()
        return await asyncio.to_thread(
            render_pdf,
            found.document,
            Holder(person["name"], person.get("id_number")),
            found.unit,
            self.verify_url(found.document),
            more_fonts=self.more_fonts,
        )
