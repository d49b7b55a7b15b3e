"""Monthly statements of the couriers, made from their own books; control spoils them. Their form is assumed."""

import hashlib
from collections.abc import Iterator
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from ..books import Books
from ..clock import SHANGHAI, now_ms
from ..edge import Document
from ..errors import Refused
from .books import Row
from .parcels import Courier

HEADER = "运单号,客户订单号,揽收时间,计费重量（克）,费用（元）"
_GRAMS = 300
_FIRST_GRAMS, _FIRST_CENTS, _MORE_GRAMS, _MORE_CENTS = 500, 1_200, 500, 400


class Spoiled(BaseModel):
    """What is wrong with one statement: how many lines are missing, extra, twice, of a wrong fee or weight.

    `late`: it is not there yet. `torn`: the file ends in the middle. `wrong_hash`: of another file.
    """

    model_config = ConfigDict(extra="forbid")

    late: bool = False
    torn: bool = False
    wrong_hash: bool = False
    missing: int = Field(0, ge=0, le=1_000)
    extra: int = Field(0, ge=0, le=1_000)
    duplicate: int = Field(0, ge=0, le=1_000)
    wrong_fee: int = Field(0, ge=0, le=1_000)
    wrong_weight: int = Field(0, ge=0, le=1_000)


class AskedStatement(BaseModel):
    month: str = Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")


class StatementOffice:
    def __init__(self, books: Books) -> None:
        self._books = books
        self._spoiled: dict[tuple[str, str], Spoiled] = {}

    def spoil(self, courier: str, month: str, how: Spoiled) -> Document:
        self._spoiled[courier, month] = how
        return how.model_dump(exclude_defaults=True)

    def announce(self, courier: Courier, asked: AskedStatement, base_url: str) -> Document:
        """Where the file is, and its hash."""
        how = self._how(courier, asked.month)
        this_month = datetime.now(SHANGHAI).strftime("%Y-%m")
        if how.late or asked.month > this_month:
            raise Refused(404, "ORDER_NOT_EXIST", "对账单尚未生成")
        digest = hashlib.sha256(self.file(courier, asked.month)).hexdigest()
        return {
            "month": asked.month,
            "url": f"{base_url}/{courier}/statements/{asked.month}.csv",
            "sha256": "0" * 64 if how.wrong_hash else digest,
        }

    def file(self, courier: str, month: str) -> bytes:
        """CSV in UTF-8: a line a parcel, and at the end how many there are and what they cost."""
        how = self._how(courier, month)
        lines = list(_spoilt(list(self._lines(courier, month)), how))
        total = sum(cents for *_, cents in lines)
        texts = [HEADER]
        texts += [
            f"{waybill},{order},{at},{grams},{_yuan(cents)}" for waybill, order, at, grams, cents in lines
        ]
        texts.append(f"合计,{len(lines)},,,{_yuan(total)}")
        whole = ("\r\n".join(texts) + "\r\n").encode()
        return whole[: len(whole) // 2] if how.torn else whole

    def _how(self, courier: str, month: str) -> Spoiled:
        return self._spoiled.get((courier, month), Spoiled())

    def _lines(self, courier: str, month: str) -> Iterator["Line"]:
        first = datetime.strptime(month, "%Y-%m").replace(tzinfo=SHANGHAI)
        following = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
        rows = self._books.rows(
            "SELECT p.waybill_no, p.order_no, min(s.time) AS at FROM parcel p JOIN parcel_scan s USING (waybill_no)"
            " WHERE p.courier = ? GROUP BY p.seq HAVING min(s.time) >= ? AND min(s.time) < ? ORDER BY p.seq",
            courier,
            int(first.timestamp() * 1000),
            int(following.timestamp() * 1000),
        )
        for row in rows:
            yield _line(row)


Line = tuple[str, str, str, int, int]
"""Waybill, order, local time, grams, fen."""


def _line(row: Row) -> Line:
    at = datetime.fromtimestamp(row["at"] / 1000, SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    return row["waybill_no"], row["order_no"], at, _GRAMS, fee_cents(_GRAMS)


def fee_cents(grams: int) -> int:
    """By the tariff of the sandbox's contract: 12 yuan for the first 500 g, 4 for every further 500."""
    more = max(0, grams - _FIRST_GRAMS)
    return _FIRST_CENTS + -(-more // _MORE_GRAMS) * _MORE_CENTS


def _spoilt(lines: list[Line], how: Spoiled) -> Iterator[Line]:
    """Each fault takes lines of its own, as long as there are some."""
    rest = iter(lines[how.missing :])
    for count, change in ((how.wrong_fee, _dearer), (how.wrong_weight, _heavier)):
        for _ in range(count):
            if (line := next(rest, None)) is not None:
                yield change(line)
    for _ in range(how.duplicate):
        if (line := next(rest, None)) is not None:
            yield line
            yield line
    yield from rest
    for number in range(how.extra):
        at = datetime.fromtimestamp(now_ms() / 1000, SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
        yield f"EXTRA{number:08d}", "", at, _GRAMS, fee_cents(_GRAMS)


def _dearer(line: Line) -> Line:
    return *line[:4], line[4] + 300


def _heavier(line: Line) -> Line:
    return *line[:3], 5_000, fee_cents(5_000)


def _yuan(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
