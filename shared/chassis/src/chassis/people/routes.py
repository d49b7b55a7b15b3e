"""`/internal/people/{account_id}/…`: what identity-svc asks a service for, with a service token."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Response

from ..auth.caller import Caller
from ..http.caller import allow_service
from ..http.route import Router, Uow
from ..jobs.begin import Begin
from ..problems import NotFound
from .erasing import report_of
from .keeping import Blocker, ErasureReport, ExportPage, PersonalData

ASKS = "identity-svc"
"""Who alone may ask: it knows that the person themselves wants it."""


BYTES = "application/octet-stream"
Identity = Annotated[Caller, Depends(allow_service(ASKS))]


def people_router(data: Callable[[], PersonalData], begin: Begin, *, files: bool = False) -> Router:
    """`files`: there are some; with a route to fetch them by."""
    router = Router(prefix="/internal/people", tags=["internal"])
    _add_erasure(router, data, begin)

    @router.get("/{account_id}/export", summary="某人的数据 · Data of a person")
    async def export(
        account_id: UUID,
        uow: Uow,
        caller: Identity,
        after: UUID | None = None,
    ) -> ExportPage:
        """A page of all that is kept; go on with its `next`."""
        return await data().export(uow, account_id, after)

    if not files:
        return router

    @router.get(
        "/{account_id}/export/files/{file_id}",
        summary="某人的文件 · A file of a person",
        response_class=Response,
        responses={200: {"content": {BYTES: {}}, "description": "the file, whatever it is"}},
    )
    async def export_file(account_id: UUID, file_id: str, uow: Uow, caller: Identity) -> Response:
        found = await data().file(uow, account_id, file_id)
        if found is None:
            raise NotFound("没有这个文件。", "There is no such file.")
        return Response(found, media_type=BYTES)

    return router


def _add_erasure(router: Router, data: Callable[[], PersonalData], begin: Begin) -> None:
    @router.get("/{account_id}/blockers", summary="注销前须办结的事 · What must end before erasure")
    async def blockers(account_id: UUID, uow: Uow, caller: Identity) -> list[Blocker]:
        return await data().blockers(uow, account_id)

    @router.get("/{account_id}/erasure", summary="注销结果或预览 · What becomes of the data")
    async def erasure(account_id: UUID, caller: Identity) -> ErasureReport:
        """Before the account is erased: what would become of it today. Changes nothing."""
        return await report_of(begin, data(), account_id)
