"""What anybody with a document's code learns, and what nobody learns."""

from datetime import UTC, datetime, timedelta

import pytest


async def test_anyone_can_verify_and_learns_nothing_about_the_holder(documents):
    document_id = await documents.issue()
    code = await documents.code(document_id)
    answer = await documents.get(f"/api/documents/verify/{code.lower()}")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert set(answer.json()) == {
        "status", "number", "item_name", "item_name_en", "result", "unit", "unit_en", "issued_on",
        "valid_until", "revoked_on",
    }  # fmt: skip
    assert answer.json()["status"] == "valid"
    page = await documents.get(f"/verify/{code}")
    row = await documents.row(document_id)
    for secret in (
        documents.name,
        "欧***",
        documents.id_number,
        str(row["applicant_id"]),
        str(row["case_id"]),
        row["case_no"],
    ):
        assert secret not in answer.text
        assert secret not in page.text


UNKNOWN = ["0" * 26, "x", "ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZZ", "%E2%98%83", "' OR 1=1 --", "a" * 200]


@pytest.mark.parametrize("code", UNKNOWN)
async def test_unknown_and_impossible_codes_get_the_same_answer(documents, code):
    answer = await documents.get(f"/api/documents/verify/{code}")
    assert answer.status_code == 200
    assert answer.json()["status"] == "unknown"
    assert not any(value for name, value in answer.json().items() if name != "status")
    page = await documents.get(f"/verify/{code}")
    assert page.status_code == 200
    assert "未查到凭证" in page.text


async def test_the_page_takes_a_typed_code_and_carries_its_policy(documents):
    code = await documents.code(await documents.issue())
    empty = await documents.get("/verify")
    assert empty.status_code == 200
    assert 'class="verdict' not in empty.text
    typed = await documents.get("/verify", code=f" {code[:5]}-{code[5:].lower()} ")
    assert "凭证有效" in typed.text
    assert typed.headers["content-security-policy"].startswith("default-src 'none'")
    assert typed.headers["content-type"] == "text/html; charset=utf-8"


async def test_a_document_expires_after_its_last_day(documents):
    document_id = await documents.issue(issued_at=datetime.now(UTC) - timedelta(days=150))
    code = await documents.code(document_id)
    assert (await documents.get(f"/api/documents/verify/{code}")).json()["status"] == "expired"
    assert "凭证已过期" in (await documents.get(f"/verify/{code}")).text
