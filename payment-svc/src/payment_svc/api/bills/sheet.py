"""A day's bill as a sheet: every line with what we have and what became of it, then what only we have."""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Final, Protocol
from uuid import UUID

from chassis.clock import shown
from chassis.db import UnitOfWork

from ...application.bill_ports import BillViews, Row
from ...domain import bill_words as words
from ...domain.money import yuan

_AT_ONCE: Final = 2_000
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
HEADER: Final = (
    "结果", "类型", "渠道单号", "流水号", "商户订单号", "账单金额（元）", "手续费（元）", "账单时间",
    "本平台金额（元）", "处理状态", "处理决定", "说明",
)  # fmt: skip


class Begin(Protocol):
    def __call__(self) -> AbstractAsyncContextManager[UnitOfWork]: ...


async def written(views: BillViews, begin: Begin, bill_id: UUID) -> AsyncIterator[bytes]:
    """CSV in UTF-8 with the mark by which spreadsheets know it; read page by page, each in a moment of its own."""
    yield "\ufeff".encode() + _rows([HEADER])
    after = 0
    while True:
        async with begin() as uow:
            lines = await views.lines(uow, bill_id, after, _AT_ONCE)
        if not lines:
            break
        after = lines[-1]["n"]
        yield _rows([_line(line) for line in lines])
    seen = UUID(int=0)
    while True:
        async with begin() as uow:
            ours = await views.ours_only(uow, bill_id, seen, _AT_ONCE)
        if not ours:
            return
        seen = ours[-1]["id"]
        yield _rows([_ours(one) for one in ours])


def _line(row: Row) -> Sequence[object]:
    ours = row["ours"] or {}
    cents = row["amount_cents"] if row["kind"] is None else ours.get("amount_cents")
    return (
        _result(row), words.ENTRY[row["entry"]][0], _id(row["key"]), _id(row["serial"]), _id(row["number"]),
        yuan(row["amount_cents"]), _signed(row["fee_cents"]), shown(row["at"]),
        "" if cents is None else yuan(cents), *_ending(row),
    )  # fmt: skip


def _ours(row: Row) -> Sequence[object]:
    cents = row["ours"]["amount_cents"]
    return (
        _result(row), words.ENTRY[row["entry"]][0], _id(row["key"]), "", _id(row["number"]), "", "", "", yuan(cents),
        *_ending(row),
    )  # fmt: skip


def _result(row: Row) -> str:
    return words.EQUAL[0] if row["kind"] is None else words.KIND[row["kind"]][0]


def _ending(row: Row) -> tuple[str, str, str]:
    state = words.STANDING[row["state"]][0] if row["state"] else ""
    decision = words.DECISION[row["decision"]][0] if row["decision"] else ""
    return state, decision, row["note"] or ""


def _id(number: str | None) -> str:
    """Ends in a tab, as in Alipay's own bills: a spreadsheet takes it for a text and keeps all of its digits."""
    return f"{number}\t" if number else ""


def _signed(cents: int) -> str:
    return f"-{yuan(-cents)}" if cents < 0 else yuan(cents)


def _rows(rows: Sequence[Sequence[object]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([_inert(cell) for cell in row] for row in rows)
    return out.getvalue().encode()


def _inert(cell: Any) -> str:
    """No formula, whatever a bill or an operator wrote; a number less than nothing is one, and stays."""
    text = str(cell)
    if text.startswith(_FORMULA) and not text.lstrip("-").replace(".", "", 1).isdigit():
        return f"'{text}"
    return text
