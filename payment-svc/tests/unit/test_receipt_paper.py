"""The receipt as a reader, an archive and an auditor see it."""

import io
from datetime import UTC, datetime
from uuid import UUID

import pytest
from chassis.pdf import GlyphMissing
from payment_svc.api.receipts.paper import print_receipt
from payment_svc.application.show_receipt import ReceiptDesk
from pypdf import PdfReader

BLUE = {
    "id": UUID(int=1), "kind": "blue", "code": "61010126", "number": "0000000042", "check_code": "7k3m9q",
    "issued_at": datetime(2026, 11, 22, 17, 30, 5, 123000, tzinfo=UTC), "case_no": "XA261123-0000042",
    "item_code": "HUZHENG-003", "purpose": "居民身份证工本费", "amount_cents": 2050, "why": None,
    "unit_name": "新城分局户政大队", "unit_name_en": "Xincheng Branch, Household Administration",
    "paid_at": datetime(2026, 11, 22, 16, 5, tzinfo=UTC), "blue_code": None, "blue_number": None,
    "seal_key_id": "9f86d081884c7d65",
}  # fmt: skip
RED = BLUE | {
    "kind": "red", "number": "0000000043", "blue_code": "61010126", "blue_number": "0000000042", "amount_cents": 500,
    "why": "case_withdrawn",
}  # fmt: skip
DESK = ReceiptDesk(None, None, None, "https://fuwu.example.cn/")  # type: ignore[arg-type]


def printed(row=BLUE, payer="赵小雨") -> PdfReader:
    return PdfReader(io.BytesIO(print_receipt(row, payer, DESK)))


def text_of(reader: PdfReader) -> str:
    return "".join("".join(page.extract_text() for page in reader.pages).split())


def test_it_says_who_paid_what_for_which_case_to_whom_and_under_which_numbers():
    text = text_of(printed())
    for expected in (
        "财政电子票据", "61010126", "0000000042", "7k3m9q", "赵小雨", "HUZHENG-003", "居民身份证工本费", "20.50",
        "贰拾元伍角", "XA261123-0000042", "新城分局户政大队", "2026年11月23日", "2026-11-2300:05", "电子票据专用章",
        "fuwu.example.cn/receipts/check", "9f86d081884c7d65",
    ):  # fmt: skip
        assert expected in text
    assert "红字" not in text and "冲销" not in text


def test_a_red_one_says_so_and_names_the_one_it_reverses():
    text = text_of(printed(RED))
    for expected in (
        "红字",
        "0000000043",
        "61010126/0000000042",
        "-5.00",
        "（负数）伍元整",
        "办件已撤回，费用退回",
    ):
        assert expected in text


def test_it_is_archivable_accessible_and_embeds_its_fonts():
    reader = printed()
    metadata = reader.root_object["/Metadata"].get_data()
    assert b"<pdfaid:part>2</pdfaid:part>" in metadata
    assert b"<pdfuaid:part>1</pdfuaid:part>" in metadata
    fonts = reader.pages[0]["/Resources"]["/Font"].values()
    described = [font.get_object()["/DescendantFonts"][0]["/FontDescriptor"] for font in fonts]
    assert described and all("/FontFile3" in one or "/FontFile2" in one for one in described)


def test_the_same_receipt_gives_the_same_bytes():
    assert print_receipt(BLUE, "赵小雨", DESK) == print_receipt(BLUE, "赵小雨", DESK)


def test_the_longest_texts_still_fit_one_page():
    longest = RED | {
        "purpose": "港澳台居民居住证、机动车与驾驶人联系方式变更备案（全程网办）工本费及其他应当由申请人承担的费用",
        "unit_name": "市公安局交通警察支队车辆管理所第二分所",
        "unit_name_en": "Vehicle Administration Office, Second Branch, Traffic Police of the Municipal Bureau",
        "amount_cents": 99_999_999,
    }
    assert len(printed(longest, "某某（广州）国际文化传播与信息网络安全技术服务有限责任公司").pages) == 1


@pytest.mark.parametrize("name", ["张𠮷", "李😀"])
def test_a_character_without_a_glyph_is_an_error_and_not_an_empty_box(name):
    with pytest.raises(GlyphMissing):
        printed(payer=name)


@pytest.mark.parametrize("text", ['#panic("x")', "$x^2$ *a* _b_ `c`", '")', "<label> @ref [x]"])
def test_texts_are_data_and_never_code(text):
    assert "".join(text.split()) in text_of(printed(BLUE | {"purpose": text}, text))
