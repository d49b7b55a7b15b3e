"""Officers from a sheet: the template, a dry run, the import and its result; and the codes it gives out."""

import asyncio
from typing import Annotated, Any, Literal
from uuid import UUID

from chassis.auth import Caller
from chassis.http import Router, Uow, allow, answer_not_stored, body_up_to
from contracts.tokens import Role
from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, StringConstraints

from ..application.activate_officer import ActivateOfficer
from ..application.import_officers import ImportOfficers, Outcome, Report
from ..channels.spreadsheet import MOST_BYTES, read_sheet, write_csv, write_workbook
from ..domain.officer_sheet import COLUMNS, SheetUnreadable, read_lines
from ..domain.officers import Authority
from .dependencies import ClientAddress, not_cached
from .fields import Badge, Body, Password, Reader

router = Router(prefix="/api/identity", tags=["officers"], dependencies=[Depends(not_cached)])
Superior = Annotated[Caller, Depends(allow(Role.SUPERVISOR, Role.OPERATOR))]
Administrator = Annotated[Caller, Depends(allow(Role.OPERATOR))]
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHEET_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "XLSX 或 CSV 文件 · an XLSX or CSV file, as it is",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_WHAT = {
    "created": "新增",
    "transferred": "调动",
    "changed": "变更",
    "unchanged": "无变化",
    "refused": "有误",
}
_EXAMPLE = ("XC-0001", "赵一鸣", "XC-HUZHENG", "1", "民警", "是")
_RESULT = ("行 row", "警号 badge_no", "结果 result", "激活码 activation_code", "列 column", "说明", "error")


class CellErrorView(BaseModel):
    """`column` as in the template's second name: `badge_no`, `unit`, …"""

    column: str
    text: str
    text_en: str


class RowView(BaseModel):
    """`row` as the spreadsheet counts. `activation_code` is shown this once."""

    row: int
    badge_no: str
    result: Literal["created", "transferred", "changed", "unchanged", "refused"]
    activation_code: str | None
    errors: list[CellErrorView]


class SheetReport(BaseModel):
    """`applied` false: nothing was changed, because it was a dry run or a row was wrong."""

    applied: bool
    rows: list[RowView]

    @classmethod
    def of(cls, report: Report) -> "SheetReport":
        return cls(applied=report.applied, rows=[_row(outcome) for outcome in report.outcomes])


class ActivationRequest(Body):
    badge_no: Badge
    activation_code: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    new_password: Password


class ActivationCode(BaseModel):
    """Shown this once; good for seven days."""

    activation_code: str


async def _import(request: Request) -> ImportOfficers:
    use: ImportOfficers = request.app.state.sheets.import_officers
    return use


async def _activate(request: Request) -> ActivateOfficer:
    use: ActivateOfficer = request.app.state.sheets.activate
    return use


async def _rows(request: Request) -> list[list[str]]:
    if request.headers.get("content-type", "").lower().startswith("multipart/"):
        raise SheetUnreadable(
            "请求体须是文件本身，不要用 multipart/form-data 表单上传。",
            "The body must be the file itself, not a multipart form.",
        )
    # Before any connection is taken, and in a thread: a large workbook is a second of work.
    return await asyncio.to_thread(read_sheet, await request.body())


Activate = Annotated[ActivateOfficer, Depends(_activate)]


@router.get(
    "/officer-sheets/template",
    summary="人员导入模板 · The template",
    response_class=Response,
    responses={200: {"content": {_WORKBOOK: {}, "text/csv": {}}}},
)
async def download_template(
    caller: Superior, format: Annotated[Literal["xlsx", "csv"], Query()] = "xlsx"
) -> Response:
    rows = [[words[0] for words in COLUMNS.values()], _EXAMPLE]
    content = write_workbook(rows) if format == "xlsx" else write_csv(rows)
    return _file(content, f"officers.{format}", _WORKBOOK if format == "xlsx" else "text/csv; charset=utf-8")


@router.post(
    "/officer-sheets",
    summary="批量导入和调动人员 · Creates and transfers officers from a sheet",
    response_model=SheetReport,
    responses={200: {"content": {"text/csv": {}}}},
    openapi_extra=SHEET_BODY,
)
@answer_not_stored
@body_up_to(MOST_BYTES)
async def import_sheet(
    request: Request,
    uow: Uow,
    caller: Superior,
    use: Annotated[ImportOfficers, Depends(_import)],
    rows: Annotated[list[list[str]], Depends(_rows)],
    dry_run: Annotated[bool, Query(description="只检查，不导入 · only says what it would do")] = False,
    mode: Annotated[
        Literal["all", "rows"],
        Query(description="全部成功才导入，或逐行导入 · all or nothing, or row by row"),
    ] = "all",
) -> Any:
    """By badge number, so that the same sheet again changes nothing. An empty cell leaves what is there.

    With `Accept: text/csv` the report comes as a file.
    """
    lines = read_lines(rows)
    by = Authority(caller.account_id, caller.roles, caller.claims.department)
    report = await use(uow, lines, by, all_or_nothing=mode == "all", dry_run=dry_run)
    if "text/csv" in request.headers.get("accept", ""):
        return _file(write_csv([_RESULT, *_result_rows(report)]), "result.csv", "text/csv; charset=utf-8")
    return SheetReport.of(report)


@router.post("/activations", status_code=204, summary="激活账号 · Sets a new officer's first password")
@answer_not_stored
async def activate_officer(
    body: ActivationRequest, uow: Uow, activate: Activate, address: ClientAddress
) -> None:
    reader = Reader()
    badge_no = reader.badge(body.badge_no)
    reader.done()
    await activate(uow, badge_no, body.activation_code, body.new_password, address)


@router.post(
    "/officers/{officer_id}/activation-code", status_code=201, summary="重新发放激活码 · Another code"
)
@answer_not_stored
async def renew_activation_code(
    officer_id: UUID, uow: Uow, activate: Activate, caller: Administrator
) -> ActivationCode:
    """For who has not set a password yet; the earlier code is void."""
    by = Authority(caller.account_id, caller.roles, caller.claims.department)
    return ActivationCode(activation_code=await activate.renew(uow, officer_id, by))


def _row(outcome: Outcome) -> RowView:
    line = outcome.line
    errors = [CellErrorView(column=one.column, text=one.zh, text_en=one.en) for one in line.errors]
    return RowView(
        row=line.number,
        badge_no=line.badge_no,
        result=outcome.what,  # type: ignore[arg-type]
        activation_code=outcome.activation_code,
        errors=errors,
    )


def _result_rows(report: Report) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for one in report.outcomes:
        start = (one.line.number, one.line.badge_no, _WHAT[one.what], one.activation_code)
        rows += [(*start, COLUMNS[e.column][0], e.zh, e.en) for e in one.line.errors] or [
            (*start, "", "", "")
        ]
    return rows


def _file(content: bytes, name: str, kind: str) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return Response(content, 200, headers, kind)
