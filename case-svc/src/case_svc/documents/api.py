"""Documents over HTTP: mine, one, its PDF, its revocation; and verification for everybody."""

from typing import Annotated
from uuid import UUID

from chassis.check_page import PAGE_HEADERS
from chassis.db import UnitOfWork
from chassis.http import Caller, Router, Uow, allow, requires_idempotency_key
from chassis.paging import Page, decode_cursor, encode_cursor
from contracts.tokens import Role
from fastapi import Depends, Path, Query, Request, Response
from fastapi.responses import HTMLResponse

from ..api.dependencies import as_applicant, as_officer
from . import persistence
from .codes import read_code
from .desk import DocumentDesk
from .errors import DocumentNotFound, OnlySupervisors
from .page import verification_page
from .record import Document, Found
from .views import DocumentView, Revocation, Verification

router = Router(tags=["documents"])

_PERSONAL = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}


async def _desk(request: Request) -> DocumentDesk:
    desk: DocumentDesk = request.app.state.documents
    return desk


Desk = Annotated[DocumentDesk, Depends(_desk)]
Applicant = Annotated[Caller, Depends(allow(Role.CITIZEN, Role.COMPANY, acting=True))]
Reader = Annotated[
    Caller,
    Depends(allow(Role.CITIZEN, Role.COMPANY, Role.OFFICER, Role.AUXILIARY, Role.SUPERVISOR, acting=True)),
]
Sworn = Annotated[Caller, Depends(allow(Role.OFFICER, Role.SUPERVISOR))]
Code = Annotated[
    str, Path(max_length=200, description="as printed or scanned; case and dashes do not matter")
]


@router.get("/api/documents")
async def list_my_documents(
    uow: Uow,
    caller: Applicant,
    desk: Desk,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Page[DocumentView]:
    """我的电子凭证，最新在前 · My documents, the newest first."""
    key = decode_cursor(cursor, UUID)
    rows = await persistence.of_applicant(uow, as_applicant(caller), key[0] if key else None, limit + 1)
    following = encode_cursor(rows[limit - 1].document.id) if len(rows) > limit else None
    return Page(items=[DocumentView.of(found, desk) for found in rows[:limit]], next=following)


@router.get("/api/documents/verify/{code}")
async def verify_document(code: Code, response: Response, uow: Uow, desk: Desk) -> Verification:
    """公开核验，无需登录，不含个人信息 · Verifies a document; public, without personal data."""
    response.headers["Cache-Control"] = "no-store"
    return await _verify(uow, desk, code)


@router.get("/api/documents/{document_id}")
async def get_document(
    document_id: UUID, response: Response, uow: Uow, caller: Reader, desk: Desk
) -> DocumentView:
    """一份电子凭证 · One document: of its holder, or of the officers of its unit."""
    found = await _readable(uow, desk, caller, document_id)
    response.headers.update(_PERSONAL)
    return DocumentView.of(found, desk)


@router.get(
    "/api/documents/{document_id}/pdf",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}, "description": "PDF/A-2a, one page"}},
)
async def get_document_pdf(document_id: UUID, uow: Uow, caller: Reader, desk: Desk) -> Response:
    """凭证文件，撤销后为 410 · The document as a file; 410 once it is revoked."""
    found = await _readable(uow, desk, caller, document_id)
    await uow.release()  # identity-svc may be asked now, and the pool is small
    content = await desk.pdf(found)
    name = f'inline; filename="document-{document_id}.pdf"'
    return Response(content, 200, {**_PERSONAL, "Content-Disposition": name}, "application/pdf")


@router.post("/api/documents/{document_id}/revocation")
@requires_idempotency_key
async def revoke_document(
    document_id: UUID, revocation: Revocation, uow: Uow, caller: Sworn, desk: Desk
) -> DocumentView:
    """撤销凭证，不可恢复 · Revokes a document of the supervisor's unit or department, for good."""
    found = await persistence.by_id(uow, document_id)
    if found is None or not _serves(caller, found.document):
        raise DocumentNotFound()
    if not as_officer(caller).supervises(found.document.unit, found.document.department):
        raise OnlySupervisors()
    revoked = await desk.revoke(uow, document_id, revocation.reason, caller.account_id)
    return DocumentView.of(revoked, desk)


@router.get("/verify", response_class=HTMLResponse)
async def verification_form(
    uow: Uow, desk: Desk, code: Annotated[str | None, Query(max_length=200)] = None
) -> HTMLResponse:
    """凭证核验页 · The verification page: asks for a code, answers for `?code=`."""
    return await _page(uow, desk, code)


@router.get("/verify/{code}", response_class=HTMLResponse)
async def verification_result(code: Code, uow: Uow, desk: Desk) -> HTMLResponse:
    """凭证核验结果页，二维码指向这里 · The page that a certificate's QR code leads to."""
    return await _page(uow, desk, code)


async def _page(uow: UnitOfWork, desk: DocumentDesk, code: str | None) -> HTMLResponse:
    verification = await _verify(uow, desk, code) if code else None
    return HTMLResponse(verification_page(code or "", verification), headers=PAGE_HEADERS)


async def _verify(uow: UnitOfWork, desk: DocumentDesk, typed: str) -> Verification:
    code = read_code(typed)
    found = await persistence.by_code(uow, code) if code else None
    if found is None or not desk.is_authentic(found.document):
        return Verification(status="unknown")
    return Verification.of(found)


async def _readable(uow: UnitOfWork, desk: DocumentDesk, caller: Caller, document_id: UUID) -> Found:
    """The document, if the caller may read it; an officer's look is recorded for the holder to see."""
    found = await persistence.by_id(uow, document_id)
    if found is None:
        raise DocumentNotFound()
    document = found.document
    if caller.has(Role.CITIZEN, Role.COMPANY) and document.applicant_id == caller.account_id:
        if not as_applicant(caller).may_touch(document.item_code, document.department):
            raise DocumentNotFound()
        return found
    if not _serves(caller, document):
        raise DocumentNotFound()
    await desk.record_view(
        uow,
        document.case_id,
        viewer=caller.subject,
        unit=caller.claims.unit,
        what="document",
        role=as_officer(caller).role,
    )
    return found


def _serves(caller: Caller, document: Document) -> bool:
    is_officer = caller.has(Role.OFFICER, Role.AUXILIARY, Role.SUPERVISOR)
    return is_officer and as_officer(caller).serves(document.unit, document.department)
