"""Statements and what differs, as operators see them: in JSON, and as a sheet."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from chassis.clock import shown
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from courier_svc.domain.statements import Decision, Kind, Problem, Standing

Words = tuple[str, str]

KINDS: Final[dict[str, Words]] = {
    "long": ("长款：只有对账单有", "Long: only the statement has it"),
    "short": ("短款：只有本平台有", "Short: only we have it"),
    "duplicate": ("重复计费", "Charged twice"),
    "amount": ("费用不符", "The fee is not the contract's"),
    "weight": ("重量异常", "Heavier than what we send"),
}
STATES: Final[dict[str, Words]] = {
    "open": ("待处理", "Open"),
    "decided": ("已处理", "Decided"),
    "resolved": ("已自行一致", "Agrees by now"),
}
DECISIONS: Final[dict[str, Words]] = {
    "accept": ("说明后接受", "Accepted, with a reason"),
    "claim_back": ("已要求快递公司更正", "The courier is to correct it"),
}
HEADER: Final = (
    "结果", "运单号", "客户订单号", "揽收时间", "计费重量（克）", "费用（元）", "合同费用（元）", "处理状态",
    "处理决定", "说明",
)  # fmt: skip
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_MONTH: Final = r"^20[0-9]{2}-(0[1-9]|1[0-2])$"
Month = Annotated[str, StringConstraints(pattern=_MONTH)]


def month_of(text: str) -> date:
    return date.fromisoformat(f"{text}-01")


class StatementView(BaseModel):
    """`version` 0: it was never here, and `problem` says why. `equal`: lines that agree."""

    courier: str
    month: str = Field(examples=["2026-11"])
    version: int
    problem: Problem | None
    loaded_at: datetime | None
    matched_at: datetime | None
    lines: int
    fee_cents: int
    our_parcels: int
    equal: int
    open: int
    decided: int
    resolved: int

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "StatementView":
        known = {name: row[name] for name in cls.model_fields if name != "month"}
        return cls(month=f"{row['month']:%Y-%m}", **known)


class StatementDifference(BaseModel):
    """`theirs`: the line; `ours`: the parcel and what it costs by contract. Null: that side has nothing."""

    id: UUID
    courier: str
    month: str = Field(examples=["2026-11"])
    kind: Kind
    kind_text: str
    kind_text_en: str
    waybill_no: str
    theirs: dict[str, Any] | None
    ours: dict[str, Any] | None
    state: Standing
    state_text: str
    state_text_en: str
    found_at: datetime
    decision: Decision | None
    note: str | None
    decided_by: UUID | None
    decided_at: datetime | None
    outcome: str | None = Field(description="later_version, in_another_month, known_since")

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "StatementDifference":
        kind, kind_en = KINDS[row["kind"]]
        state, state_en = STATES[row["state"]]
        same = (
            "id", "courier", "kind", "theirs", "ours", "state", "found_at", "decision", "note", "decided_by",
            "decided_at", "outcome",
        )  # fmt: skip
        return cls(
            month=f"{row['month']:%Y-%m}",
            kind_text=kind,
            kind_text_en=kind_en,
            waybill_no=row["key"].partition("#")[0],
            state_text=state,
            state_text_en=state_en,
            **{name: row[name] for name in same},
        )


class DecideDifference(BaseModel):
    """`note`: why; kept with who decided and when."""

    model_config = ConfigDict(extra="forbid")

    decision: Decision
    note: Annotated[
        str,
        StringConstraints(
            strip_whitespace=True,
            min_length=2,
            max_length=500,
            pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$",
        ),
    ] = Field(examples=["已与快递公司客户经理核实，下月对账单扣回"])


class StatementAsked(BaseModel):
    courier: str
    month: str = Field(examples=["2026-11"])


def sheet(lines: Sequence[Mapping[str, Any]]) -> bytes:
    """CSV in UTF-8 of some lines of a statement."""
    return written(
        (
            _result(row), row["waybill_no"], row["order_no"], shown(row["at"]), row["grams"], _yuan(row["fee_cents"]),
            _owed(row), *_ending(row),
        )
        for row in lines
    )  # fmt: skip


def sheet_of_ours(rows: Sequence[Mapping[str, Any]]) -> bytes:
    return written(
        (
            _result(row), row["key"], row["ours"]["order_no"], shown(datetime.fromisoformat(row["ours"]["at"])), "", "",
            "", *_ending(row),
        )
        for row in rows
    )  # fmt: skip


def written(rows: Any) -> bytes:
    """No cell is a formula to whoever opens it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for row in rows:
        cells = [str(cell) for cell in row]
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells])
    return out.getvalue().encode()


def _result(row: Mapping[str, Any]) -> str:
    return "相符" if row["kind"] is None else KINDS[row["kind"]][0]


def _owed(row: Mapping[str, Any]) -> str:
    if row["kind"] is None:
        return _yuan(row["fee_cents"])
    cents = (row["ours"] or {}).get("fee_cents")
    return "" if cents is None else _yuan(int(cents))


def _ending(row: Mapping[str, Any]) -> tuple[str, str, str]:
    state = STATES[row["state"]][0] if row["state"] else ""
    decision = DECISIONS[row["decision"]][0] if row["decision"] else ""
    return state, decision, row["note"] or ""


def _yuan(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
