"""What is left of a document whose holder's account was erased."""

from uuid import uuid4

from case_svc.documents.persistence import loosen
from case_svc.domain.people import ERASED_NAME
from chassis.people import NOBODY


async def loosened(documents, document_id):
    async with documents.svc.uow() as uow:
        await loosen(uow, [document_id], documents.desk.issuer.loosened)
    return await documents.row(document_id)


async def verified(documents, document_id) -> str:
    code = await documents.code(document_id)
    return (await documents.get(f"/api/documents/verify/{code}")).json()["status"]


async def test_it_is_nobodys_and_its_code_still_verifies(documents):
    document_id = await documents.issue()
    row = await loosened(documents, document_id)
    assert (row["applicant_id"], row["holder_masked"]) == (NOBODY, None)
    assert await verified(documents, document_id) == "valid"


async def test_a_record_that_was_altered_is_not_made_genuine_by_it(documents):
    document_id = await documents.issue()
    await documents.svc.service.pool.execute("UPDATE document SET result = '持枪证'")
    before = await verified(documents, document_id)
    assert before != "valid"
    await loosened(documents, document_id)
    assert await verified(documents, document_id) == before


async def test_why_it_was_revoked_goes_and_that_it_was_stays(documents):
    document_id = await documents.issue()
    async with documents.svc.uow() as uow:
        await documents.desk.revoke(uow, document_id, "张三丰提供了虚假材料", uuid4())
    row = await loosened(documents, document_id)
    assert row["revocation_sealed"] is None and row["revoked_at"] is not None
    assert await verified(documents, document_id) == "revoked"


async def test_its_paper_is_made_no_more(documents):
    holder = uuid4()
    document_id = await documents.issue(holder)
    documents.people[holder] = {"name": ERASED_NAME, "id_number": None, "phone": None}
    answer = await documents.get(f"/api/documents/{document_id}/pdf", documents.citizen(holder))
    assert (answer.status_code, answer.json()["type"]) == (410, "/problems/holder-erased")
