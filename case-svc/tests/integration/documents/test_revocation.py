"""Revoking: by whom, once, with a reason, and seen everywhere at once."""

from uuid import uuid4

import pytest
from chassis.testing import bearer
from contracts.tokens import Role


async def test_revoking_shows_at_once_everywhere(documents):
    owner = uuid4()
    document_id = await documents.issue(owner)
    assert (
        await documents.get(f"/api/documents/{document_id}/pdf", documents.citizen(owner))
    ).status_code == 200
    answer = await documents.revoke(document_id)
    assert answer.status_code == 200
    assert answer.json()["status"] == "revoked"
    seen = (await documents.get(f"/api/documents/{document_id}", documents.citizen(owner))).json()
    assert (seen["status"], seen["revocation_reason"]) == ("revoked", "申请材料经查系伪造")
    pdf = await documents.get(f"/api/documents/{document_id}/pdf", documents.citizen(owner))
    assert pdf.status_code == 410
    code = await documents.code(document_id)
    public = await documents.get(f"/api/documents/verify/{code}")
    assert public.json()["status"] == "revoked"
    page = await documents.get(f"/verify/{code}")
    assert "凭证已撤销" in page.text
    assert "伪造" not in public.text + page.text
    row = await documents.row(document_id)
    assert row["revoked_by"] == documents.supervisor
    assert "伪造".encode() not in row["revocation_sealed"]
    assert documents.notes == [(row["case_id"], "document_revoked")]
    (audited,) = await documents.svc.service.pool.fetch(
        "SELECT * FROM audit_log WHERE action = 'document.revoke'"
    )
    assert (audited["actor"], audited["subject"]) == (str(documents.supervisor), str(document_id))


async def test_revoking_again_is_409_and_a_repeat_gets_the_first_answer(documents):
    document_id = await documents.issue()
    first = await documents.revoke(document_id)
    assert (await documents.revoke(document_id)).json() == first.json()
    again = await documents.revoke(document_id, key="k2", reason="另一个理由")
    assert again.status_code == 409
    assert len(documents.notes) == 1


async def test_only_a_supervisor_of_the_unit_revokes(documents):
    document_id = await documents.issue()
    for token, status in (
        (documents.officer(Role.SUPERVISOR, unit="BL-HUZHENG"), 404),
        (documents.officer(Role.OFFICER), 403),
        (documents.citizen(uuid4()), 403),
    ):
        assert (await documents.revoke(document_id, token=token)).status_code == status
    missing = await documents.revoke(uuid4())
    assert missing.status_code == 404
    assert (await documents.row(document_id))["revoked_at"] is None


async def test_a_supervisor_of_the_department_revokes_for_its_branches(documents):
    document_id = await documents.issue()
    city = documents.officer(Role.SUPERVISOR, unit="CITY-HUZHENG")
    assert (await documents.revoke(document_id, token=city)).status_code == 200


@pytest.mark.parametrize("reason", ["", " ", "a" * 501, None, 5, "a\u0000b"])
async def test_a_revocation_without_a_proper_reason_changes_nothing(documents, reason):
    document_id = await documents.issue()
    answer = await documents.revoke(document_id, reason=reason)
    assert answer.status_code == 422
    assert (await documents.row(document_id))["revoked_at"] is None


async def test_revoking_needs_an_idempotency_key(documents):
    answer = await documents.svc.client.post(
        f"/api/documents/{await documents.issue()}/revocation",
        json={"reason": "理由充分"},
        headers=bearer(documents.officer(Role.SUPERVISOR)),
    )
    assert answer.status_code == 400
