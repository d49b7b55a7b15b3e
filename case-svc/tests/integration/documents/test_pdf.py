"""The PDF: made when first asked for, kept, and never a name on the disk."""

import io
from uuid import uuid4

from pypdf import PdfReader


async def test_the_pdf_is_rendered_once_and_kept(documents):
    owner = uuid4()
    document_id = await documents.issue(owner)
    path, token = f"/api/documents/{document_id}/pdf", documents.citizen(owner)
    first, second = await documents.get(path, token), await documents.get(path, token)
    assert first.content == second.content
    assert documents.asked == [owner]
    assert first.headers["content-type"] == "application/pdf"
    assert "no-store" in first.headers["cache-control"]
    text = "".join(PdfReader(io.BytesIO(first.content)).pages[0].extract_text().split())
    assert documents.name in text
    assert "440101********1234" in text
    assert documents.id_number not in text


async def test_no_name_is_kept_readable_anywhere(documents, tmp_path):
    owner = uuid4()
    document_id = await documents.issue(owner)
    await documents.get(f"/api/documents/{document_id}/pdf", documents.citizen(owner))
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or b"%PDF" not in path.read_bytes()
    assert documents.name not in str(await documents.row(document_id))


async def test_a_pdf_whose_holder_cannot_be_read_now_is_503_and_comes_later(documents):
    owner = uuid4()
    document_id = await documents.issue(owner)
    path, token = f"/api/documents/{document_id}/pdf", documents.citizen(owner)
    known, documents.people[owner] = documents.people[owner], None
    assert (await documents.get(path, token)).status_code == 503
    documents.people[owner] = known
    assert (await documents.get(path, token)).status_code == 200


async def test_a_name_no_font_can_draw_is_503_and_says_so(documents):
    owner = uuid4()
    documents.people[owner] = {"name": "张𠮷", "id_number": documents.id_number}
    document_id = await documents.issue(owner)
    answer = await documents.get(f"/api/documents/{document_id}/pdf", documents.citizen(owner))
    assert answer.status_code == 503
    assert answer.json()["type"].endswith("/glyph-missing")
