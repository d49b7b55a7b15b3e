"""The certificate as a reader and an archive see it."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from case_svc.documents.codes import grouped, new_code
from case_svc.documents.record import Document, IssuingUnit
from case_svc.documents.rendering import Holder, masked_number, render_pdf
from case_svc.materials.checks import inspect
from chassis.pdf import GlyphMissing
from pypdf import PdfReader

DOCUMENT = Document(
    id=UUID(int=1),
    serial=42,
    code=new_code(),
    case_id=UUID(int=2),
    case_no="XA261123-0000042",
    item_code="HUZHENG-016",
    item_version=1,
    item_name="户籍证明开具",
    item_name_en="Household registration certificate",
    result="户籍证明（电子）",
    is_electronic=True,
    department="HUZHENG",
    unit="XC-HUZHENG",
    applicant_id=UUID(int=3),
    holder_masked="张*",
    issued_at=datetime(2026, 11, 22, 17, 30, 5, 123456, tzinfo=UTC),
    valid_until=date(2027, 2, 23),
    key_id="9f86d081884c7d65",
    signature=b"",
)
HOLDER = Holder("欧阳娜娜", "440101199001011234")
UNIT = IssuingUnit("西城分局户政支队", "Xicheng Branch, Household Administration")
URL = f"https://fuwu.example.cn/verify/{DOCUMENT.code}"


def render(document=DOCUMENT, holder=HOLDER, unit=UNIT) -> PdfReader:
    return PdfReader(io.BytesIO(render_pdf(document, holder, unit, URL)))


def text_of(reader: PdfReader) -> str:
    return "".join("".join(page.extract_text() for page in reader.pages).split())


def test_the_page_says_what_was_issued_to_whom_by_whom_and_until_when():
    text = text_of(render())
    for expected in (
        "公服证〔2026〕00000042号",
        "欧阳娜娜",
        "440101********1234",
        "户籍证明开具",
        "户籍证明（电子）",
        "西城分局户政支队",
        "XA261123-0000042",
        "2026年11月23日",
        "2027-02-23",
        grouped(DOCUMENT.code),
        "fuwu.example.cn/verify",
    ):
        assert expected in text
    assert "440101199001011234" not in text
    assert "实体证件" not in text


def test_a_paper_result_says_that_it_does_not_replace_the_paper():
    text = text_of(render(replace(DOCUMENT, is_electronic=False, result="居民身份证", valid_until=None)))
    assert "不替代“居民身份证”实体证件" in text
    assert "长期有效" in text


def test_it_is_archivable_accessible_and_embeds_its_fonts():
    reader = render()
    metadata = reader.root_object["/Metadata"].get_data()
    assert b"<pdfaid:part>2</pdfaid:part>" in metadata
    assert b"<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert reader.root_object["/Lang"].startswith("zh")
    fonts = reader.pages[0]["/Resources"]["/Font"].values()
    described = [font.get_object()["/DescendantFonts"][0]["/FontDescriptor"] for font in fonts]
    assert described
    assert all("/FontFile3" in one or "/FontFile2" in one for one in described)


def test_the_same_record_gives_the_same_bytes():
    assert render_pdf(DOCUMENT, HOLDER, UNIT, URL) == render_pdf(DOCUMENT, HOLDER, UNIT, URL)


def test_it_passes_our_own_check_of_uploads():
    assert inspect(render_pdf(DOCUMENT, HOLDER, UNIT, URL), "document.pdf").pages == 1


def test_the_longest_texts_still_fit_one_page():
    document = replace(
        DOCUMENT,
        item_name="港澳台居民居住证、机动车与驾驶人联系方式变更备案（全程网办）",
        item_name_en="Filing of changed contact details of motor vehicles and drivers, and residence permits "
        "of residents of Hong Kong, Macao and Taiwan",
        result="道路交通事故认定书（简易程序）或者自行协商协议书",
        is_electronic=False,
    )
    holder = Holder("某某（广州）国际文化传播与信息网络安全技术服务有限责任公司", "91440101MA5XXXXXXX")
    unit = IssuingUnit(
        "市公安局交通警察支队车辆管理所第二分所",
        "Vehicle Administration Office, Second Branch, Traffic Police",
    )
    assert len(render(document, holder, unit).pages) == 1


@pytest.mark.parametrize("name", ["堃翀䶮㛃", "𬱖𫖯𬭎", "买买提·吐尔逊", "O'Neill-Müller", "Nguyễn Văn Ánh"])
def test_rare_and_foreign_names_are_drawn(name):
    assert "".join(name.split()) in text_of(render(holder=Holder(name, None)))


@pytest.mark.parametrize("name", ["张𠮷", "李😀", "ངག་དབང"])
def test_a_character_without_a_glyph_is_an_error_and_not_an_empty_box(name):
    with pytest.raises(GlyphMissing) as missing:
        render(holder=Holder(name, None))
    assert missing.value.status == 503


@pytest.mark.parametrize("text", ['#panic("x")', "$x^2$ *a* _b_ `c`", '")', "\\#{1+1}", "<label> @ref [x]"])
def test_texts_are_data_and_never_code(text):
    assert "".join(text.split()) in text_of(render(holder=Holder(text, None)))


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("440101199001011234", "440101********1234"),
        ("H1234567", "H1****67"),
        ("E123", "****"),
        ("", ""),
        (None, ""),
    ],
)
def test_id_numbers_are_masked(number, masked):
    assert masked_number(number) == masked
