"""A statement is believed whole or not at all."""

import hashlib

import pytest
from courier_svc.channels.statement_files import read_statement
from courier_svc.domain.statements import Problem, StatementUnusable

HEADER = "运单号,客户订单号,揽收时间,计费重量（克）,费用（元）"
LINE = "EX1,a-1,2026-11-22 18:30:59,300,12.00"


def file_of(*lines: str) -> bytes:
    return ("\r\n".join(lines) + "\r\n").encode()


def read(content: bytes) -> list:
    return read_statement(content, hashlib.sha256(content).hexdigest())


def test_lines_are_read_in_fen_grams_and_shanghai_time() -> None:
    (line,) = read(file_of(HEADER, LINE, "合计,1,,,12.00"))
    assert (line.waybill_no, line.order_no, line.grams, line.fee_cents) == ("EX1", "a-1", 300, 1200)
    assert line.at.isoformat() == "2026-11-22T18:30:59+08:00"


def test_a_month_without_parcels_is_a_statement() -> None:
    assert read(file_of(HEADER, "合计,0,,,0.00")) == []


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", Problem.TORN), (b"\xff\xfe", Problem.TORN), (file_of(HEADER, LINE), Problem.TORN),
        (file_of(HEADER, LINE, "合计,2,,,12.00"), Problem.TORN),
        (file_of(HEADER, LINE, "合计,1,,,12.01"), Problem.TORN),
        (file_of(HEADER, "EX1,a-1,2026-11-22 18:30:59,300", "合计,1,,,12.00"), Problem.UNREADABLE),
        (file_of(HEADER, LINE.replace("EX1", ""), "合计,1,,,12.00"), Problem.UNREADABLE),
        (file_of(HEADER, LINE.replace("300", "三百"), "合计,1,,,12.00"), Problem.UNREADABLE),
        (file_of(HEADER, LINE.replace("300", "-5"), "合计,1,,,12.00"), Problem.UNREADABLE),
        (file_of(HEADER, LINE.replace("12.00", "12.005"), "合计,1,,,12.00"), Problem.UNREADABLE),
        (file_of(HEADER, LINE.replace("12.00", "NaN"), "合计,1,,,12.00"), Problem.UNREADABLE),
        (file_of(HEADER, LINE.replace("2026-11", "2026-13"), "合计,1,,,12.00"), Problem.UNREADABLE),
        (file_of(HEADER, LINE.replace("2026-11", "0001-01"), "合计,1,,,12.00"), Problem.UNREADABLE),
    ],
)  # fmt: skip
def test_what_is_not_whole_or_not_of_the_form_is_refused(content: bytes, problem: Problem) -> None:
    with pytest.raises(StatementUnusable) as refused:
        read(content)
    assert refused.value.problem is problem


@pytest.mark.parametrize("sha256", [None, "", 5, "0" * 64])
def test_what_its_hash_is_not_of_is_refused(sha256: object) -> None:
    with pytest.raises(StatementUnusable) as refused:
        read_statement(file_of(HEADER, "合计,0,,,0.00"), sha256)
    assert refused.value.problem is Problem.WRONG_HASH
