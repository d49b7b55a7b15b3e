"""What is taken, what is refused, and what is left of it."""

import io
import struct
import zipfile
import zlib

import pytest
from case_svc.materials.checks import CheckedFile, inspect, inspect_upload
from case_svc.materials.errors import MAX_BYTES, BrokenFile, FileTooLarge, UnsupportedFile
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, TextStringObject


def picture(form: str, size=(120, 80), mode="RGB", **options) -> bytes:
    image = Image.effect_noise(size, 50).convert(mode)
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 3, size[1] // 3), fill=0)
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def action(kind: str) -> DictionaryObject:
    return DictionaryObject({NameObject("/S"): NameObject(kind), NameObject("/F"): TextStringObject("x")})


def pdf(pages: int = 1, **writing) -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    if "script" in writing:
        script = action("/JavaScript") | {NameObject("/JS"): TextStringObject(writing["script"])}
        writer.root_object[NameObject("/OpenAction")] = DictionaryObject(script)
    if "attachment" in writing:
        writer.add_attachment("a.txt", writing["attachment"])
    if "password" in writing:
        writer.encrypt(writing["password"], algorithm="AES-256")
    if "catalog" in writing:
        writer.root_object.update(writing["catalog"])
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("evil.js", "alert(1)")
    return out.getvalue()


JPEG, PNG, PDF = picture("JPEG"), picture("PNG"), pdf(3)


@pytest.mark.parametrize(
    ("content", "name", "kind", "mime"),
    [
        (JPEG, "photo.JPG", "jpg", "image/jpeg"),
        (JPEG, "photo.jpeg", "jpg", "image/jpeg"),
        (JPEG, None, "jpg", "image/jpeg"),
        (picture("JPEG", progressive=True), "户口簿", "jpg", "image/jpeg"),
        (picture("JPEG", keep_rgb=True), "a.jpg", "jpg", "image/jpeg"),
        (picture("JPEG", mode="L"), "", "jpg", "image/jpeg"),
        (picture("JPEG", mode="CMYK"), "a.jpg", "jpg", "image/jpeg"),
        (PNG, "a.png", "png", "image/png"),
        (picture("PNG", mode="P"), "a.png", "png", "image/png"),
        (picture("PNG", mode="LA"), "a.png", "png", "image/png"),
        (picture("PNG", mode="1"), "a.png", "png", "image/png"),
    ],
)
def test_pictures_are_taken_and_still_show_the_same(content, name, kind, mime):
    checked = inspect(content, name)
    assert (checked.kind, checked.mime, checked.width, checked.height) == (kind, mime, 120, 80)
    before, after = (Image.open(io.BytesIO(data)).convert("L") for data in (content, checked.content))
    assert max(abs(a - b) for a, b in zip(before.tobytes(), after.tobytes(), strict=True)) <= 24


def test_a_pdf_is_taken_unchanged_with_its_pages_counted():
    assert inspect(PDF, "合同.pdf") == CheckedFile("pdf", "application/pdf", PDF, pages=3)


def test_jpeg_pixels_are_kept_bit_for_bit():
    assert Image.open(io.BytesIO(inspect(JPEG).content)).tobytes() == Image.open(io.BytesIO(JPEG)).tobytes()


def test_metadata_of_photos_is_left_behind():
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "PhoneMaker", 6
    exif.get_ifd(0x8825)[1] = "N-GPS-SECRET"
    content = picture("JPEG", exif=exif, comment=b"made by me", icc_profile=b"profile" * 50)
    checked = inspect(content)
    for secret in (b"PhoneMaker", b"GPS-SECRET", b"made by me", b"profile"):
        assert secret in content
        assert secret not in checked.content


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_photo_stays_upright(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    checked = inspect(picture("JPEG", exif=exif))
    assert Image.open(io.BytesIO(checked.content)).getexif().get(0x0112, 1) == orientation
    assert (checked.width, checked.height) == ((120, 80) if orientation < 5 else (80, 120))


def test_text_and_profiles_of_a_png_are_left_behind():
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Comment", "<script>alert(1)</script>")
    checked = inspect(picture("PNG", pnginfo=info, dpi=(300, 300)))
    assert b"script" not in checked.content
    assert b"pHYs" not in checked.content


def test_pictures_hiding_a_page_in_their_pixels_are_drawn_anew():
    stored = zlib.compress(b"\x00" + b"<script>alert(1)</script>".ljust(300, b" "), 0)
    body = [(b"IHDR", struct.pack(">IIBBBBB", 100, 1, 8, 2, 0, 0, 0)), (b"IDAT", stored), (b"IEND", b"")]
    assert b"<script>" not in inspect(png_of(body)).content
    tail = b"PK\x05\x06" + bytes(18)
    assert b"PK\x05\x06" not in inspect(JPEG[:-2] + tail + JPEG[-2:]).content


@pytest.mark.parametrize(
    "appended", [JPEG, b"\x00\x00\x00\x18ftypmp42" + bytes(50), b"\x00\x00\x0aUTC...SEFT", b"\x00\n"]
)
def test_what_cameras_append_is_cut_off(appended):
    assert inspect(JPEG + appended).content == inspect(JPEG).content


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (archive(), "a.png"),
        (archive(), None),
        (b"<html><script>alert(1)</script></html>", "a.jpg"),
        (b"\xff\xd8\xff<html><script>alert(1)</script>", "a.jpg"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(9) + b"<html></html>\xff\xd9", "a.jpg"),
        (b"\xff\xd8\xff\xd9", "a.jpg"),
        (b"\xff\xd8\xff", "a.jpg"),
        (b"\x89PNG\r\n\x1a\n", "a.png"),
        (b"\x89PNG\r\n\x1a\n" + b"<svg onload=alert(1)>" * 9, "a.png"),
        (b"GIF89a" + bytes(40), "a.gif"),
        (b"MZ" + bytes(300), "a.pdf"),
        (b"\n" + PDF, "a.pdf"),
        (bytes(100), None),
        (b"x", None),
        (JPEG, "a.png"),
        (PNG, "a.jpg"),
        (PDF, "a.jpg"),
        (JPEG, "a.html"),
        (JPEG, "a.jpg.exe"),
        (JPEG + archive(), "a.jpg"),
        (PNG + archive(), "a.png"),
        (PDF + archive(), "a.pdf"),
        (JPEG + b"<script>alert(1)</script>", "a.jpg"),
        (JPEG + PDF, "a.jpg"),
        (b"%PDF-1.4\n<html><script>alert(1)</script></html>\n" + PDF, "a.pdf"),
    ],
)
def test_what_is_none_of_the_three_or_more_than_one_is_refused(content, name):
    with pytest.raises(UnsupportedFile) as refused:
        inspect(content, name)
    assert refused.value.status == 415


def png_of(chunks: list[tuple[bytes, bytes]]) -> bytes:
    parts = (struct.pack(">I", len(b)) + n + b + struct.pack(">I", zlib.crc32(n + b)) for n, b in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def png_claiming(width: int, height: int, pixels: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return png_of([(b"IHDR", header), (b"IDAT", zlib.compress(pixels)), (b"IEND", b"")])


def jpeg_claiming(width: int, height: int, content: bytes = JPEG) -> bytes:
    frame = content.index(b"\xff\xc0")
    return content[: frame + 5] + struct.pack(">HH", height, width) + content[frame + 9 :]


def pdf_with_stream(packed: bytes, filters: list[str]) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    out = io.BytesIO()
    writer.write(out)
    names = " ".join(filters).encode()
    number = out.getvalue().count(b" obj") + 1
    appended = b"%d 0 obj\n<</Length %d/Filter[%s]>>stream\n%s\nendstream\nendobj\n" % (
        number,
        len(packed),
        names,
        packed,
    )
    before = out.getvalue()
    previous = int(before.rsplit(b"startxref\n", 1)[1].split()[0])
    table = b"xref\n%d 1\n%010d 00000 n \n" % (number, len(before))
    trailer = b"trailer\n<</Size %d/Root %s/Prev %d>>\n" % (
        number + 1,
        before.split(b"/Root ")[1].split(b"\n")[0].strip(),
        previous,
    )
    return before + appended + table + trailer + b"startxref\n%d\n%%%%EOF\n" % (len(before) + len(appended))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        *(JPEG[: len(JPEG) * part // 10] for part in (5, 7, 9)),
        *(PNG[: len(PNG) * part // 10] for part in (5, 7, 9)),
        PNG[:-12],
        PDF[: len(PDF) // 2],
        PDF[:-6],
        b"%PDF-1.7\n%%EOF",
        b"%PDF-1.7\n" + bytes(1000) + b"startxref\n99999\n%%EOF",
        png_claiming(100, 100, bytes(100)),  # too few pixels
        png_claiming(10, 10, bytes(5_000_000)),  # far too many
        png_claiming(0, 10, b""),
        png_claiming(60_000, 60_000, bytes(1000)),
        PNG.replace(b"IDAT", b"IDAU", 1),  # wrong checksum
        jpeg_claiming(65_500, 65_500),
        jpeg_claiming(6000, 5000, picture("JPEG", progressive=True).replace(b"\xff\xc2", b"\xff\xc0", 1)),
        pdf(0),
        pdf(201),
        pdf(password="secret"),
        pdf(password=""),
        pdf(script="app.alert(1)"),
        pdf(attachment=b"hello"),
        pdf(catalog={NameObject("/OpenAction"): action("/Launch")}),
        pdf(catalog={NameObject("/AA"): DictionaryObject({NameObject("/WC"): action("/JavaScript")})}),
        pdf(catalog={NameObject("/Hidden"): ArrayObject([ArrayObject([action("/ImportData")])])}),
        pdf_with_stream(zlib.compress(zlib.compress(bytes(100))), ["/FlateDecode", "/FlateDecode"]),
        pdf_with_stream(zlib.compress(bytes(310_000_000), 9), ["/FlateDecode"]),
    ],
)
def test_broken_encrypted_active_and_exploding_files_are_refused(content):
    with pytest.raises(BrokenFile) as refused:
        inspect(content)
    assert refused.value.status == 422


def test_names_written_in_escapes_hide_no_script():
    content = pdf(script="app.alert(1)")
    assert content.count(b"/JavaScript")
    with pytest.raises(BrokenFile, match="scripts"):
        inspect(content.replace(b"/JavaScript", b"/J#61vaScript").replace(b"/JS", b"/#4aS"))


def test_an_action_hidden_behind_a_reference_is_found():
    writer = PdfWriter()
    writer.add_blank_page(10, 10)
    name = writer._add_object(NameObject("/Launch"))
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject({NameObject("/S"): name})
    out = io.BytesIO()
    writer.write(out)
    with pytest.raises(BrokenFile, match="scripts"):
        inspect(out.getvalue())


def test_an_image_too_large_to_draw_is_refused_inside_a_pdf():
    image = DictionaryObject(
        {
            NameObject("/Subtype"): NameObject("/Image"),
            NameObject("/Width"): NumberObject(60_000),
            NameObject("/Height"): NumberObject(60_000),
        }
    )
    with pytest.raises(BrokenFile, match="pixels"):
        inspect(pdf(catalog={NameObject("/Image"): image}))


def test_a_link_to_the_web_in_a_pdf_is_no_reason_to_refuse_it():
    assert inspect(pdf(catalog={NameObject("/OpenAction"): action("/URI")})).pages == 1


def test_more_than_ten_megabytes_are_refused_before_anything_is_read():
    with pytest.raises(FileTooLarge):
        inspect(bytes(MAX_BYTES + 1))
    with pytest.raises(UnsupportedFile):
        inspect(bytes(MAX_BYTES))


async def test_large_files_are_checked_the_same_off_the_loop():
    large = picture("JPEG", size=(1200, 900), quality=95)
    assert await inspect_upload(large, "a.jpg") == inspect(large, "a.jpg")
    with pytest.raises(UnsupportedFile):
        await inspect_upload(large, "a.png")


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([JPEG, PNG, PDF]), st.data())
def test_no_damage_ever_yields_anything_but_a_file_or_a_refusal(content, data):
    damaged = bytearray(content)
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(len(damaged) // 2, len(damaged)))
    try:
        checked = inspect(bytes(damaged[:cut]))
    except (UnsupportedFile, BrokenFile):
        return
    if checked.kind == "pdf":
        assert len(PdfReader(io.BytesIO(checked.content)).pages) == checked.pages
    else:
        again = inspect(checked.content)
        assert (again.kind, again.width, again.height) == (checked.kind, checked.width, checked.height)
