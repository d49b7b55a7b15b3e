"""All one's data: asked for, prepared, downloaded."""

import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from chassis.auth import Caller
from chassis.clock import now
from chassis.http import Router, Uow, allow
from chassis.jobs import Begin
from contracts.tokens import Role
from fastapi import Depends, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from ...application.people.ports import Exports
from ...application.people.request_export import RequestExport
from ...domain.people.errors import ExportNotFound, ExportNotReady
from ...domain.people.export import PARTS, Export, ExportState, PartState
from ..dependencies import not_cached
from ..views import authentication_of

router = Router(prefix="/api/me/exports", tags=["my data"], dependencies=[Depends(not_cached)])
Person = Annotated[Caller, Depends(allow(Role.CITIZEN, Role.COMPANY))]


class Entries(Exports):
    """Exports that can also be read entry by entry."""

    def entries(self, begin: Begin, export_id: UUID) -> AsyncIterator[tuple[str, bytes]]: ...


@dataclass(frozen=True, slots=True)
class ExportDesk:
    request: RequestExport
    exports: Entries
    begin: Begin


async def _desk(request: Request) -> ExportDesk:
    desk: ExportDesk = request.app.state.people
    return desk


Desk = Annotated[ExportDesk, Depends(_desk)]


class PartView(BaseModel):
    """`unavailable`: it did not answer, and the export is without it."""

    part: str
    name: str
    name_en: str
    state: PartState
    records: int
    files: int


class ExportView(BaseModel):
    """`partial`: a part is missing; ask for another export later."""

    export_id: UUID
    state: ExportState
    partial: bool
    requested_at: datetime
    ready_at: datetime | None
    expires_at: datetime
    parts: list[PartView]

    @classmethod
    def of(cls, export: Export) -> "ExportView":
        return cls(
            export_id=export.id,
            state=export.state,
            partial=export.is_partial,
            requested_at=export.requested_at,
            ready_at=export.ready_at,
            expires_at=export.expires_at,
            parts=[
                PartView(
                    part=name, name=PARTS[name][0], name_en=PARTS[name][1], state=part.state,
                    records=part.records, files=part.files,
                )
                for name, part in export.parts.items()
            ],
        )  # fmt: skip


class ExportsView(BaseModel):
    items: list[ExportView]


@router.post("", status_code=202, summary="申请导出我的全部数据 · Ask for all my data")
async def request_export(uow: Uow, desk: Desk, caller: Person) -> ExportView:
    """需刚刚登录过。准备好后会通知，七天内可下载 · Needs a recent log-in; told when ready, kept for seven days."""
    return ExportView.of(await desk.request(uow, caller.account_id, authentication_of(caller)))


@router.get("", summary="我的数据导出 · My exports")
async def list_exports(uow: Uow, desk: Desk, caller: Person) -> ExportsView:
    """Newest first, ten at most."""
    return ExportsView(items=[ExportView.of(one) for one in await desk.exports.of(uow, caller.account_id)])


@router.get("/{export_id}", summary="导出进度 · How far an export is")
async def get_export(export_id: UUID, uow: Uow, desk: Desk, caller: Person) -> ExportView:
    export = await desk.exports.get(uow, caller.account_id, export_id)
    if export is None:
        raise ExportNotFound
    return ExportView.of(export)


@router.get(
    "/{export_id}/download",
    summary="下载导出 · Download an export",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}},
)
async def download_export(export_id: UUID, uow: Uow, desk: Desk, caller: Person) -> StreamingResponse:
    """需刚刚登录过；每次下载都有记录 · Needs a recent log-in; each download is recorded."""
    desk.request.require_recent(authentication_of(caller))
    export = await desk.exports.get(uow, caller.account_id, export_id)
    if export is None:
        raise ExportNotFound
    if export.state is not ExportState.READY:
        raise ExportNotReady
    async with desk.begin() as noting:
        await desk.exports.note_download(noting, export_id, now())
        noting.audit("person.export_download", actor=caller.subject, subject=caller.subject)
    headers = {"Content-Disposition": f'attachment; filename="my-data-{export.requested_at:%Y%m%d}.zip"'}
    return StreamingResponse(
        _zipped(desk.exports.entries(desk.begin, export_id)), media_type="application/zip", headers=headers
    )


class _Outlet:
    """What `zipfile` writes to, and we take from; it cannot go back, and has no need to."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def write(self, data: bytes) -> int:
        self._waiting += data
        return len(data)

    def flush(self) -> None:
        return

    def take(self) -> bytes:
        taken, self._waiting = bytes(self._waiting), bytearray()
        return taken


async def _zipped(entries: AsyncIterator[tuple[str, bytes]]) -> AsyncIterator[bytes]:
    outlet, used = _Outlet(), set[str]()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[arg-type]
        async for path, content in entries:
            if path not in used:  # two files of one name, and a reader that takes the last for both
                used.add(path)
                archive.writestr(path, content)
                yield outlet.take()
    yield outlet.take()
