"""What each channel's bill must be to be believed: of its account, of its day, whole, and within bounds."""

import io
import zipfile
from datetime import date, timedelta

import pytest
from payment_svc.channels import bill_files
from payment_svc.channels.alipay.bill import AlipayBills
from payment_svc.channels.bank.bill import BankBills
from payment_svc.channels.bill_files import MOST_PACKED, download, unzip
from payment_svc.channels.ccb.bill import CcbBills
from payment_svc.channels.wechat_pay.bill import WeChatPayBills
from payment_svc.domain.bill_errors import BillUnusable
from payment_svc.domain.bills import BillLine, Problem

DAY = date(2026, 11, 27)
BEFORE, AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)
OURS = "a" * 32
SELLER, MERCHANT, POS = "2088006101000001", "1900006101", "061010001"


def bank(*days: date, amount: str = "20.00", key: str = "42", of: date = DAY) -> bytes:
    cents = int(amount.replace(".", ""))
    lines = [f"P|{key}{n}|{OURS}|||{cents}|12|{day}T18:30:59.000+08:00\n" for n, day in enumerate(days)]
    total = f"#T|{len(days)}|{cents * len(days)}|0|0|{12 * len(days)}\n"
    return "".join([f"#H|1|{MERCHANT}|{of}|CNY\n", *lines, total]).encode()


def wechat_pay(*days: date, amount: str = "20.00", key: str = "42", total: str | None = None) -> bytes:
    header = "交易时间,商户号,微信订单号,商户订单号,交易状态,商户退款单号,退款状态,手续费,订单金额,申请退款金额\r\n"
    lines = [
        f"`{day} 18:30:59,`{MERCHANT},`{key}{n},`{OURS},`SUCCESS,`0,`,`0.12000,`{amount},`0.00\r\n"
        for n, day in enumerate(days)
    ]
    summed = total or yuan(amount, len(days))
    foot = f"总交易单数,订单总金额,申请退款总金额\r\n`{len(days)},`{summed},`0.00\r\n"
    return "".join(["\ufeff", header, *lines, foot]).encode()


def alipay(
    *days: date, amount: str = "20.00", key: str = "42", of: date = DAY, total: str | None = None,
    account: str = f"#账号：[{SELLER}0156]\r\n",
) -> bytes:  # fmt: skip
    header = "支付宝交易号,商户订单号,业务类型,完成时间,订单金额（元）,商家实收（元）,退款批次号/请求号,服务费（元）"
    lines = [
        f"{key}{n}\t,{OURS}\t,交易\t,{day} 18:30:59\t,{amount}\t,{amount}\t,\t,-0.12\t\r\n"
        for n, day in enumerate(days)
    ]
    span = f"#起始日期：[{of:%Y年%m月%d日} 00:00:00]   终止日期：[{of + timedelta(days=1):%Y年%m月%d日} 00:00:00]\r\n"
    foot = (
        f"#交易合计：{len(days)}笔，商家实收共{total or yuan(amount, len(days))}元，商家优惠共0.00元\r\n"
        "#退款合计：0笔，商家实收退款共0.00元，商家优惠退款共0.00元\r\n"
    )
    return "".join(["#支付宝业务明细查询\r\n", account, span, header, "\r\n", *lines, foot]).encode("gb18030")


def ccb(*days: date, amount: str = "20.00", key: str = "42") -> bytes:
    lines = [
        f"{day:%Y%m%d}183059,{POS},{OURS},{key}{n},支付,{amount},0.12,\r\n" for n, day in enumerate(days)
    ]
    foot = f"合计,{len(days)},{yuan(amount, len(days))},0,0.00\r\n"
    return "".join(["交易时间,柜台号,订单号,流水号,交易类型,金额,手续费,退款单号\r\n", *lines, foot]).encode(
        "gb18030"
    )


def yuan(amount: str, times: int) -> str:
    cents = int(amount.replace(".", "")) * times
    return f"{cents // 100}.{cents % 100:02d}"


SOURCES = {
    bank: BankBills("bank", MERCHANT, None, None),
    wechat_pay: WeChatPayBills("wechat_pay", MERCHANT, None, None),
    alipay: AlipayBills("alipay", SELLER, None, None),
    ccb: CcbBills("ccb", POS, None, None),
}
each = pytest.mark.parametrize("written", SOURCES, ids=lambda written: written.__name__)


def read(written, content: bytes) -> list[BillLine]:
    return list(SOURCES[written].lines(io.BytesIO(content), DAY))


def problem_of(written, content: bytes) -> Problem:
    with pytest.raises(BillUnusable) as refused:
        read(written, content)
    return refused.value.problem


@each
def test_a_bill_of_the_day_is_read(written):
    assert [(line.amount_cents, line.fee_cents) for line in read(written, written(DAY, DAY))] == [
        (2000, 12)
    ] * 2
    assert read(written, written()) == []


@each
def test_yesterdays_file_under_todays_name_is_refused(written):
    assert problem_of(written, written(BEFORE, BEFORE, BEFORE)) is Problem.UNREADABLE
    assert problem_of(written, written(AFTER)) is Problem.UNREADABLE


@each
def test_a_line_of_the_day_beside_may_stand_among_those_of_the_day(written):
    assert len(read(written, written(BEFORE, DAY, DAY, AFTER))) == 4


@pytest.mark.parametrize("written", [bank, alipay], ids=lambda written: written.__name__)
def test_a_bill_that_says_it_is_another_days_is_refused(written):
    assert problem_of(written, written(of=BEFORE)) is Problem.UNREADABLE


def test_a_bill_of_alipay_that_does_not_say_whose_it_is_is_refused():
    for account in ("", f"#账号：[{SELLER[:-1]}90156]\r\n", f"#账号：[1{SELLER}]\r\n"):
        assert problem_of(alipay, alipay(DAY, account=account)) is Problem.UNREADABLE
    foot = alipay().decode("gb18030").partition("服务费（元）\r\n")[2]
    assert problem_of(alipay, foot.encode("gb18030")) is Problem.UNREADABLE


@pytest.mark.parametrize("written", [wechat_pay, alipay], ids=lambda written: written.__name__)
def test_sums_that_are_not_those_of_the_lines_are_refused(written):
    assert problem_of(written, written(DAY, DAY, total="40.01")) is Problem.TORN


@each
def test_amounts_out_of_all_proportion_are_refused(written):
    assert problem_of(written, written(DAY, amount="1000000000.01")) is Problem.UNREADABLE
    assert problem_of(written, written(DAY, amount="0.00")) is Problem.UNREADABLE


@each
def test_numbers_that_are_none_are_refused(written):
    for key in ("4" * 200, "4\x002"):
        assert problem_of(written, written(DAY, key=key)) is Problem.UNREADABLE
    for ours in (b"", b"a" * 200, b"a\x00"):
        spoiled = written(DAY).replace(OURS.encode(), ours)
        assert problem_of(written, spoiled) is Problem.UNREADABLE


@each
def test_a_line_without_end_is_refused(written, monkeypatch):
    monkeypatch.setattr(bill_files, "MOST_OF_A_ROW", 1_000)
    whole = written(DAY)
    at = whole.index(OURS.encode())
    assert problem_of(written, whole[:at] + b"a" * 5_000_000) is Problem.TORN
    if written is not bank:
        assert problem_of(written, whole[:at] + b'"' + b"a\n" * 2_500_000) in (
            Problem.TORN,
            Problem.UNREADABLE,
        )


def test_a_quote_that_is_never_closed_takes_no_more_than_a_row(monkeypatch):
    monkeypatch.setattr(bill_files, "MOST_OF_A_ROW", 1_000)
    file = io.StringIO('a,"' + '\n","' * 100_000)
    with pytest.raises(BillUnusable):
        list(bill_files.rows_of(file))
    assert file.tell() < 5_000


async def test_no_more_is_fetched_than_a_bill_may_be_packed():
    class Endless:
        async def download(self, url, headers, into, most):
            return None if most <= MOST_PACKED else 200

    with pytest.raises(BillUnusable) as refused:
        await download(Endless(), None, {}, io.BytesIO())
    assert refused.value.problem is Problem.TOO_LARGE


async def test_a_zip_with_an_endless_table_of_contents_is_refused_before_it_is_read(monkeypatch):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(100):
            archive.writestr(f"{number:0200d}", b"")
    monkeypatch.setattr(bill_files, "_PIECE", 10_000)
    with pytest.raises(BillUnusable) as refused:
        await unzip(packed, io.BytesIO(), "_detail.csv")
    assert refused.value.cause == "a long table of contents"


async def test_a_zip_packed_in_another_way_is_refused():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("x_detail.csv", b"line")
    with pytest.raises(BillUnusable) as refused:
        await unzip(packed, io.BytesIO(), "_detail.csv")
    assert refused.value.problem is Problem.UNREADABLE
