"""Files of bills: what is too large, torn, or another's is refused; nothing is unpacked without end."""

import gzip
import io
import zipfile
from datetime import date

import pytest
from payment_svc.channels import bill_files
from payment_svc.channels.alipay.bill import AlipayBills
from payment_svc.channels.bank.bill import BankBills
from payment_svc.channels.bill_files import fen, unpack, unzip
from payment_svc.channels.ccb.bill import CcbBills
from payment_svc.channels.wechat_pay.bill import WeChatPayBills
from payment_svc.domain.bill_errors import BillUnusable
from payment_svc.domain.bills import Problem

DAY = date(2026, 11, 27)
MERCHANT = "1900006101"
WHOLE = f"#H|1|{MERCHANT}|2026-11-27|CNY\nP|42|{'a' * 32}|||2000|12|2026-11-27T18:30:59.000+08:00\n#T|1|2000|0|0|12\n"


def bank(text: str) -> list:
    return list(BankBills("bank", MERCHANT, None, None).lines(io.BytesIO(text.encode()), DAY))


async def test_what_unpacks_without_end_is_cut_off(monkeypatch):
    monkeypatch.setattr(bill_files, "MOST_UNPACKED", 1_000_000)
    bomb, into = io.BytesIO(gzip.compress(bytes(50_000_000))), io.BytesIO()
    with pytest.raises(BillUnusable) as refused:
        await unpack(bomb, into, "sha1", None)
    assert refused.value.problem is Problem.TOO_LARGE and len(into.getvalue()) < 3_000_000


async def test_a_zip_that_unpacks_without_end_is_cut_off(monkeypatch):
    monkeypatch.setattr(bill_files, "MOST_UNPACKED", 1_000_000)
    packed, into = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x_detail.csv", bytes(50_000_000))
    with pytest.raises(BillUnusable) as refused:
        await unzip(packed, into, "_detail.csv")
    assert refused.value.problem is Problem.TOO_LARGE and len(into.getvalue()) < 3_000_000


async def test_half_a_gzip_and_half_a_zip_are_torn():
    whole = gzip.compress(b"line\n" * 10_000)
    with pytest.raises(BillUnusable) as refused:
        await unpack(io.BytesIO(whole[: len(whole) // 2]), io.BytesIO(), "sha1", None)
    assert refused.value.problem is Problem.TORN
    with pytest.raises(BillUnusable) as refused:
        await unzip(io.BytesIO(b"PK\x03\x04 and no more"), io.BytesIO(), ".csv")
    assert refused.value.problem is Problem.TORN


async def test_another_hash_is_refused_and_the_right_one_taken():
    with pytest.raises(BillUnusable) as refused:
        await unpack(io.BytesIO(b"bill"), io.BytesIO(), "sha1", "0" * 40)
    assert refused.value.problem is Problem.WRONG_HASH
    into = io.BytesIO()
    await unpack(io.BytesIO(gzip.compress(b"bill")), into, "sha1", "c692d6a10598e0a801576fdd4ecf3c37e45bfbc4")
    assert into.getvalue() == b"bill"


def test_yuan_are_read_exactly():
    assert [fen(text) for text in ("0.01", "20", "20.5", "-3.40", "999999999999.99")] == [
        1, 2000, 2050, -340, 99999999999999,
    ]  # fmt: skip
    for text in ("", "1.234", "1,000.00", "１.00", "1e3", "+1", "NaN"):
        with pytest.raises(BillUnusable):
            fen(text)


def test_a_bill_is_read_as_a_whole_or_not_at_all():
    (line,) = bank(WHOLE)
    assert (line.key, line.amount_cents, line.fee_cents) == ("42", 2000, 12)
    for spoiled in (
        "",
        WHOLE.replace(MERCHANT, "1900009999"),
        WHOLE.replace("|2026-11-27|", "|2026-11-26|"),
        WHOLE.replace("#T|1|", "#T|2|"),
        WHOLE.split("#T")[0],
        WHOLE.replace("|2000|12|", "|-2000|12|"),
        WHOLE.replace("+08:00", ""),
        WHOLE.replace("P|42", "X|42"),
        WHOLE.replace("P|42|", "P||"),
        "\xff" * 5,
    ):
        with pytest.raises(BillUnusable):
            bank(spoiled)


@pytest.mark.parametrize(
    "source",
    [WeChatPayBills("c", "m", None, None), AlipayBills("c", "s", None, None), CcbBills("c", "p", None, None)],
)
@pytest.mark.parametrize(
    "content", [b"", b"a,b\r\n1,2\r\n", b"\xff\xfe\x00", b'"\x00",\r\n', b"<html>404</html>"]
)
def test_what_is_no_bill_is_refused(source, content):
    with pytest.raises(BillUnusable):
        list(source.lines(io.BytesIO(content), DAY))
