"""The signed record in the database: unaltered, committed with its case, found by its indexes."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from case_svc.documents import persistence
from chassis.ids import uuid7
from chassis.testing import plan_of


@pytest.mark.parametrize(
    "change",
    [
        "result = '准予迁入证明'",
        "valid_until = valid_until + 3650",
        "signature = decode('00', 'hex')",
        "key_id = 'x'",
    ],
)
async def test_a_record_altered_in_the_database_is_no_longer_valid(documents, change):
    owner = uuid4()
    document_id = await documents.issue(owner)
    code = await documents.code(document_id)
    async with documents.svc.uow() as uow:
        await uow.execute(f"UPDATE document SET {change}")
    assert (await documents.get(f"/api/documents/verify/{code}")).json()["status"] == "unknown"
    pdf = await documents.get(f"/api/documents/{document_id}/pdf", documents.citizen(owner))
    assert pdf.status_code == 409


async def test_an_issue_rolled_back_leaves_nothing(documents):
    async def issue_and_fail() -> None:
        async with documents.svc.uow() as uow:
            await documents.desk.issuer.issue(
                uow, case_id=uuid7(), case_no="X", item=documents.item, unit="XC-HUZHENG", applicant_id=uuid4(),
                issued_at=datetime.now(UTC),
            )  # fmt: skip
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await issue_and_fail()
    assert await documents.svc.service.pool.fetchval("SELECT count(*) FROM document") == 0


async def test_the_hot_queries_use_their_indexes(documents):
    pool = documents.svc.service.pool
    await pool.execute(
        """INSERT INTO document (id, code, case_id, case_no, item_code, item_version, item_name, item_name_en,
             result, is_electronic, department, unit, applicant_id, issued_at, key_id, signature)
           SELECT gen_random_uuid(), md5(n::text), gen_random_uuid(), 'X', 'I', 1, 'n', 'n',
             'r', true, 'D', 'U', gen_random_uuid(), now(), 'k', '' FROM generate_series(1, 5000) AS n"""
    )
    await pool.execute("ANALYZE document")
    async with documents.svc.uow() as uow:
        for sql, index in (
            (persistence._BY_CODE, "document_code_key"),
            (persistence._OF_APPLICANT, "document_of_applicant"),
        ):
            plan = await plan_of(await uow.connection(), sql)
            assert index in plan
            assert "Seq Scan on document" not in plan
