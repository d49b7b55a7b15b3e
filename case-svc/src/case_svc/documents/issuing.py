"""Issuing and revoking documents, with the commit that moves the case."""

from collections import deque
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.ids import uuid7
from chassis.people import NOBODY
from chassis.sealing import Sealer
from contracts.catalog import ItemDefinition

from . import persistence
from .codes import new_code
from .errors import AlreadyRevoked, DocumentNotFound
from .record import Document, Found, last_valid_day
from .signing import DocumentSigner

_DRAWN: Final = 20
"""Serial numbers at once."""


class DocumentIssuer:
    """One per process; holds the keys."""

    def __init__(self, signer: DocumentSigner, sealer: Sealer) -> None:
        self._signer = signer
        self._sealer = sealer
        self._serials: deque[int] = deque()

    async def issue(
        self,
        uow: UnitOfWork,
        *,
        case_id: UUID,
        case_no: str,
        item: ItemDefinition,
        unit: str,
        applicant_id: UUID,
        issued_at: datetime,
        holder_masked: str | None = None,
    ) -> UUID:
        """Writes the signed record and returns its id; the PDF is made when somebody first asks for it."""
        document = Document(
            id=uuid7(),
            serial=await self._next_serial(uow),
            code=new_code(),
            case_id=case_id,
            case_no=case_no,
            item_code=item.code,
            item_version=item.version,
            item_name=item.name,
            item_name_en=item.name_en,
            result=item.result or item.name,
            is_electronic="deliver" not in item.steps and "notify" in item.steps,
            department=item.department,
            unit=unit,
            applicant_id=applicant_id,
            holder_masked=holder_masked,
            issued_at=issued_at,
            valid_until=last_valid_day(issued_at, item.result_valid_months),
            key_id=self._signer.key_id,
            signature=b"",
        )
        signature = self._signer.sign(document.statement())
        persistence.insert(uow, replace(document, signature=signature))
        return document.id

    async def _next_serial(self, uow: UnitOfWork) -> int:
        """The signature covers the number, so it is drawn before anything is written.

        Some at a time: what a process did not use when it ends is a gap, as is the number of an issue that failed.
        """
        while not self._serials:
            self._serials.extend(await persistence.draw_serials(uow, _DRAWN))
        return self._serials.popleft()

    async def revoke(self, uow: UnitOfWork, document_id: UUID, reason: str, officer: UUID) -> Found:
        """Ends its validity for good. Raises DocumentNotFound or AlreadyRevoked."""
        sealed = self._sealer.seal(reason.encode(), reason_aad(document_id))
        revoked = await persistence.mark_revoked(uow, document_id, now(), officer, sealed)
        found = await persistence.by_id(uow, document_id)
        if found is None:
            raise DocumentNotFound()
        if not revoked:
            assert found.document.revoked_at is not None
            raise AlreadyRevoked(found.document.revoked_at)
        uow.audit("document.revoke", actor=str(officer), subject=str(document_id))
        return found

    async def supersede(self, uow: UnitOfWork, document_id: UUID, reason: str) -> None:
        """Another takes its place: nobody relies on it any more. One that was revoked before stays so."""
        sealed = self._sealer.seal(reason.encode(), reason_aad(document_id))
        if await persistence.mark_revoked(uow, document_id, now(), None, sealed):
            uow.audit("document.supersede", actor="case-svc", subject=str(document_id))

    def loosened(self, document: Document) -> Document:
        """That it was issued, and nobody's any more: signed anew, so that its code still verifies.

        What is not what was signed at issue stays so.
        """
        nobodys = replace(document, applicant_id=NOBODY, holder_masked=None)
        if not self.is_authentic(document):
            return nobodys
        key_id, signature = self._signer.key_id, self._signer.sign(nobodys.statement())
        return replace(nobodys, key_id=key_id, signature=signature)

    def is_authentic(self, document: Document) -> bool:
        """Whether the record is what was signed at issue."""
        return self._signer.verifies(document.statement(), document.signature, document.key_id)

    def revocation_reason(self, document: Document) -> str | None:
        if document.revocation_sealed is None:
            return None
        return self._sealer.open(document.revocation_sealed, reason_aad(document.id)).decode()


def reason_aad(document_id: UUID) -> bytes:
    return b"document-revocation:" + document_id.bytes
