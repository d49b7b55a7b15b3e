"""Documents over HTTP: who sees what, what a paper's code tells, what revoking does."""

import io
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from case_svc.documents import persistence
from case_svc.documents.api import router
from case_svc.documents.desk import DocumentDesk
from case_svc.documents.issuing import DocumentIssuer
from case_svc.documents.signing import DocumentSigner
from case_svc.documents.tables import add_document_tables
from case_svc.materials.store import MaterialStore
from chassis.db.tables import add_chassis_tables
from chassis.ids import uuid7
from chassis.sealing import Sealer
from chassis.service import Service
from chassis.settings import ServiceSettings
from chassis.testing import TEST_KEYS, Running, Tokens, bearer, running
from contracts.catalog import ItemDefinition
from contracts.tokens import Role
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pypdf import PdfReader
from sqlalchemy import Column, MetaData, Table, Text

pytest_plugins = ["chassis.testing.plugin"]

# The documents part needs its own table and the units' names only: it is tested without the rest of case-svc.
metadata = MetaData()
add_chassis_tables(metadata)
add_document_tables(metadata)
UNIT_COLUMNS = [Column("code", Text, primary_key=True), Column("name", Text), Column("name_en", Text)]
Table("unit", metadata, *UNIT_COLUMNS)

MIGRATION = """
from chassis.db.tables import create_chassis_tables
from alembic import op
from sqlalchemy import MetaData
from case_svc.documents.tables import add_document_tables

revision = "0001"
down_revision = None

def upgrade():
    create_chassis_tables(op)
    metadata = MetaData()
    add_document_tables(metadata)
    metadata.create_all(op.get_bind())
    op.execute("CREATE TABLE unit (code TEXT PRIMARY KEY, name TEXT, name_en TEXT)")
"""
ENV = "from chassis.db.migrate import run_env\nfrom sqlalchemy import MetaData\nrun_env(MetaData())\n"

ITEM = ItemDefinition(
    code="HUZHENG-016", version=3, name="户籍证明开具", name_en="Household registration certificate",
    department="HUZHENG", online_class="full_online", kind="公共服务", applicant="person",
    handled_at="branch", steps=("accept", "review", "produce", "notify"), approval_levels=0,
    statutory_days=None, statutory_unit=None, promised_days=1, fee_cents=0, fee_basis=None,
    amount_source=None, amount_min_cents=None, amount_max_cents=None, delivery="none", delivery_free=True,
    result="户籍证明（电子）", result_valid_months=3, remedy=True, materials=(), form_schema={},
)  # fmt: skip
NAME, ID_NUMBER = "欧阳娜娜", "440101199001011234"
UNIT = {"unit": "XC-HUZHENG", "department": "HUZHENG"}


@pytest.fixture(scope="session")
def migrations(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documents") / "migrations"
    (folder / "versions").mkdir(parents=True)
    (folder / "env.py").write_text(ENV)
    (folder / "versions" / "0001_initial.py").write_text(MIGRATION)
    return folder


@dataclass
class Documents:
    """The documents part of case-svc, with people and history played by lists."""

    svc: Running
    desk: DocumentDesk
    people: dict[UUID, dict[str, Any] | None]
    asked: list[UUID]
    views: list[dict[str, Any]]
    notes: list[tuple[UUID, str]]
    supervisor: UUID = field(default_factory=uuid4)

    async def issue(self, applicant: UUID | None = None, **overrides: Any) -> UUID:
        applicant = applicant or uuid4()
        self.people.setdefault(applicant, {"name": NAME, "id_number": ID_NUMBER, "phone": "13800000000"})
        given = {
            "case_id": uuid7(), "case_no": "XA261123-0000042", "item": ITEM, "unit": "XC-HUZHENG",
            "applicant_id": applicant, "issued_at": datetime.now(UTC), "holder_masked": "欧***",
        }  # fmt: skip
        async with self.svc.uow() as uow:
            return await self.desk.issuer.issue(uow, **given | overrides)

    async def row(self, document_id: UUID) -> dict[str, Any]:
        query = "SELECT * FROM document WHERE id = $1"
        return dict(await self.svc.service.pool.fetchrow(query, document_id))

    async def get(self, path: str, token: str | None = None, **params: Any):
        return await self.svc.client.get(path, params=params, headers=bearer(token) if token else {})

    def citizen(self, account: UUID) -> str:
        return self.svc.tokens.citizen(account)

    def officer(self, *roles: Role, **place: str) -> str:
        return self.svc.tokens.officer(self.supervisor, **UNIT | place, roles=roles or (Role.OFFICER,))

    async def revoke(self, document_id: UUID, *, token: str | None = None, key: str = "k1", **body: Any):
        return await self.svc.client.post(
            f"/api/documents/{document_id}/revocation",
            json={"reason": "申请材料经查系伪造"} | body,
            headers=bearer(token or self.officer(Role.SUPERVISOR)) | {"Idempotency-Key": key},
        )


@pytest.fixture
async def documents(fresh_database, migrations, tokens: Tokens, tmp_path) -> AsyncIterator[Documents]:
    sealer = Sealer(**dict(zip(("keys", "lookup_key"), TEST_KEYS.values(), strict=True)))
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    people: dict[UUID, dict[str, Any] | None] = {}
    asked: list[UUID] = []
    views: list[dict[str, Any]] = []
    notes: list[tuple[UUID, str]] = []

    async def find(account_id: UUID) -> dict[str, Any] | None:
        asked.append(account_id)
        return people.get(account_id)

    async def record_view(uow, case_id, *, viewer, unit, what) -> None:
        views.append({"case_id": case_id, "viewer": viewer, "unit": unit, "what": what})

    def note(uow, case_id, about, at, facts) -> None:
        notes.append((case_id, about))

    desk = DocumentDesk(
        DocumentIssuer(DocumentSigner(pem), sealer), MaterialStore(str(tmp_path / "files"), sealer),
        find, record_view, "https://fuwu.example.cn/", note=note,
    )  # fmt: skip
    async with fresh_database(migrations) as url:
        settings = ServiceSettings(database_url=url, kafka_bootstrap="nowhere:9092", **TEST_KEYS)
        service = Service("case-svc", settings, metadata=metadata, migrations=migrations)
        service.include(router)
        service.state.documents = desk
        async with running(service, tokens) as svc:
            async with svc.uow() as uow:
                await uow.execute(
                    "INSERT INTO unit VALUES ('XC-HUZHENG', '新城分局户政大队', 'Xincheng Branch')"
                )
            yield Documents(svc, desk, people, asked, views, notes)


async def test_the_holder_sees_the_issued_document(documents: Documents):
    owner = uuid4()
    document_id = await documents.issue(owner)
    answer = await documents.get(f"/api/documents/{document_id}", documents.citizen(owner))
    assert answer.status_code == 200
    body = answer.json()
    assert body["status"] == "valid"
    assert re.fullmatch(r"公服证〔20\d\d〕\d{8}号", body["number"])
    assert (body["item_name"], body["result"]) == ("户籍证明开具", "户籍证明（电子）")
    assert body["unit"] == {"code": "XC-HUZHENG", "name": "新城分局户政大队", "name_en": "Xincheng Branch"}
    assert body["verify_url"].startswith("https://fuwu.example.cn/verify/")
    assert documents.views == []


async def test_numbers_and_codes_are_never_given_twice(documents: Documents):
    rows = [await documents.row(await documents.issue()) for _ in range(20)]
    assert len({row["serial"] for row in rows}) == len({row["code"] for row in rows}) == 20


async def test_other_citizens_and_other_units_get_404_and_strangers_401(documents: Documents):
    path = f"/api/documents/{await documents.issue()}"
    for token in (
        documents.citizen(uuid4()),
        documents.officer(unit="BL-HUZHENG"),
        documents.officer(department="JIAOJING"),
    ):
        for each in (path, f"{path}/pdf"):
            assert (await documents.get(each, token)).status_code == 404
    assert (await documents.get(path)).status_code == 401
    assert (await documents.get(path, documents.svc.tokens.operator())).status_code == 403
    assert (await documents.get("/api/documents/not-an-id", documents.citizen(uuid4()))).status_code == 422


async def test_an_officer_of_the_unit_sees_it_and_the_look_is_recorded(documents: Documents):
    document_id = await documents.issue()
    token = documents.officer()
    assert (await documents.get(f"/api/documents/{document_id}", token)).status_code == 200
    assert (await documents.get(f"/api/documents/{document_id}/pdf", token)).status_code == 200
    case_id = (await documents.row(document_id))["case_id"]
    look = {"case_id": case_id, "viewer": str(documents.supervisor), "unit": "XC-HUZHENG", "what": "document"}
    assert documents.views == [look, look]


async def test_mine_are_listed_newest_first_page_by_page(documents: Documents):
    owner = uuid4()
    issued = [str(await documents.issue(owner)) for _ in range(5)]
    await documents.issue()
    seen, cursor = [], {}
    while True:
        page = (await documents.get("/api/documents", documents.citizen(owner), limit=2, **cursor)).json()
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert seen == sorted(issued, reverse=True)  # ids are ordered by time, to the millisecond


@pytest.mark.parametrize("params", [{"cursor": "x"}, {"cursor": "WzFd"}, {"limit": 0}, {"limit": 101}])
async def test_a_wrong_page_is_422(documents: Documents, params):
    assert (await documents.get("/api/documents", documents.citizen(uuid4()), **params)).status_code == 422


async def test_the_pdf_is_rendered_once_and_kept(documents: Documents):
    owner = uuid4()
    document_id = await documents.issue(owner)
    path, token = f"/api/documents/{document_id}/pdf", documents.citizen(owner)
    first, second = await documents.get(path, token), await documents.get(path, token)
    assert first.content == second.content
    assert documents.asked == [owner]
    assert first.headers["content-type"] == "application/pdf"
    assert "no-store" in first.headers["cache-control"]
    text = "".join(PdfReader(io.BytesIO(first.content)).pages[0].extract_text().split())
    assert NAME in text
    assert "440101********1234" in text
    assert ID_NUMBER not in text


async def test_no_name_is_kept_readable_anywhere(documents: Documents, tmp_path):
    owner = uuid4()
    document_id = await documents.issue(owner)
    await documents.get(f"/api/documents/{document_id}/pdf", documents.citizen(owner))
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or b"%PDF" not in path.read_bytes()
    assert NAME not in str(await documents.row(document_id))


async def test_a_pdf_whose_holder_cannot_be_read_now_is_503_and_comes_later(documents: Documents):
    owner = uuid4()
    document_id = await documents.issue(owner)
    path, token = f"/api/documents/{document_id}/pdf", documents.citizen(owner)
    known, documents.people[owner] = documents.people[owner], None
    assert (await documents.get(path, token)).status_code == 503
    documents.people[owner] = known
    assert (await documents.get(path, token)).status_code == 200


async def test_a_name_no_font_can_draw_is_503_and_says_so(documents: Documents):
    owner = uuid4()
    documents.people[owner] = {"name": "张𠮷", "id_number": ID_NUMBER}
    document_id = await documents.issue(owner)
    answer = await documents.get(f"/api/documents/{document_id}/pdf", documents.citizen(owner))
    assert answer.status_code == 503
    assert answer.json()["type"].endswith("/glyph-missing")


async def code_of(documents: Documents, document_id: UUID) -> str:
    return (await documents.row(document_id))["code"]


async def test_anyone_can_verify_and_learns_nothing_about_the_holder(documents: Documents):
    document_id = await documents.issue()
    code = await code_of(documents, document_id)
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
    for secret in (NAME, "欧***", ID_NUMBER, str(row["applicant_id"]), str(row["case_id"]), row["case_no"]):
        assert secret not in answer.text
        assert secret not in page.text


UNKNOWN = ["0" * 26, "x", "ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZZ", "%E2%98%83", "' OR 1=1 --", "a" * 200]


@pytest.mark.parametrize("code", UNKNOWN)
async def test_unknown_and_impossible_codes_get_the_same_answer(documents: Documents, code):
    answer = await documents.get(f"/api/documents/verify/{code}")
    assert answer.status_code == 200
    assert answer.json()["status"] == "unknown"
    assert not any(value for name, value in answer.json().items() if name != "status")
    page = await documents.get(f"/verify/{code}")
    assert page.status_code == 200
    assert "未查到凭证" in page.text


async def test_the_page_takes_a_typed_code_and_carries_its_policy(documents: Documents):
    code = await code_of(documents, await documents.issue())
    empty = await documents.get("/verify")
    assert empty.status_code == 200
    assert 'class="verdict' not in empty.text
    typed = await documents.get("/verify", code=f" {code[:5]}-{code[5:].lower()} ")
    assert "凭证有效" in typed.text
    assert typed.headers["content-security-policy"].startswith("default-src 'none'")
    assert typed.headers["content-type"] == "text/html; charset=utf-8"


async def test_a_document_expires_after_its_last_day(documents: Documents):
    document_id = await documents.issue(issued_at=datetime.now(UTC) - timedelta(days=150))
    code = await code_of(documents, document_id)
    assert (await documents.get(f"/api/documents/verify/{code}")).json()["status"] == "expired"
    assert "凭证已过期" in (await documents.get(f"/verify/{code}")).text


async def test_revoking_shows_at_once_everywhere(documents: Documents):
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
    code = await code_of(documents, document_id)
    public = await documents.get(f"/api/documents/verify/{code}")
    assert public.json()["status"] == "revoked"
    page = await documents.get(f"/verify/{code}")
    assert "凭证已撤销" in page.text
    assert "伪造" not in public.text + page.text
    row = await documents.row(document_id)
    assert row["revoked_by"] == documents.supervisor
    assert "伪造".encode() not in row["revocation_sealed"]
    assert documents.notes == [(row["case_id"], "document_revoked")]


async def test_revoking_again_is_409_and_a_repeat_gets_the_first_answer(documents: Documents):
    document_id = await documents.issue()
    first = await documents.revoke(document_id)
    assert (await documents.revoke(document_id)).json() == first.json()
    again = await documents.revoke(document_id, key="k2", reason="另一个理由")
    assert again.status_code == 409
    assert len(documents.notes) == 1


async def test_only_a_supervisor_of_the_unit_revokes(documents: Documents):
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


@pytest.mark.parametrize("reason", ["", " ", "a" * 501, None, 5, "a\u0000b"])
async def test_a_revocation_without_a_proper_reason_changes_nothing(documents: Documents, reason):
    document_id = await documents.issue()
    answer = await documents.revoke(document_id, reason=reason)
    assert answer.status_code == 422
    assert (await documents.row(document_id))["revoked_at"] is None


async def test_revoking_needs_an_idempotency_key(documents: Documents):
    answer = await documents.svc.client.post(
        f"/api/documents/{await documents.issue()}/revocation",
        json={"reason": "理由充分"},
        headers=bearer(documents.officer(Role.SUPERVISOR)),
    )
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "change",
    [
        "result = '准予迁入证明'",
        "valid_until = valid_until + 3650",
        "signature = decode('00', 'hex')",
        "key_id = 'x'",
    ],
)
async def test_a_record_altered_in_the_database_is_no_longer_valid(documents: Documents, change):
    owner = uuid4()
    document_id = await documents.issue(owner)
    code = await code_of(documents, document_id)
    async with documents.svc.uow() as uow:
        await uow.execute(f"UPDATE document SET {change}")
    assert (await documents.get(f"/api/documents/verify/{code}")).json()["status"] == "unknown"
    pdf = await documents.get(f"/api/documents/{document_id}/pdf", documents.citizen(owner))
    assert pdf.status_code == 409


async def test_an_issue_rolled_back_leaves_nothing(documents: Documents):
    async def issue_and_fail() -> None:
        async with documents.svc.uow() as uow:
            await documents.desk.issuer.issue(
                uow, case_id=uuid7(), case_no="X", item=ITEM, unit="XC-HUZHENG", applicant_id=uuid4(),
                issued_at=datetime.now(UTC),
            )  # fmt: skip
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await issue_and_fail()
    assert await documents.svc.service.pool.fetchval("SELECT count(*) FROM document") == 0


async def test_the_hot_queries_use_their_indexes(documents: Documents):
    pool = documents.svc.service.pool
    await pool.execute(
        """INSERT INTO document (id, code, case_id, case_no, item_code, item_version, item_name, item_name_en,
             result, is_electronic, department, unit, applicant_id, issued_at, key_id, signature)
           SELECT gen_random_uuid(), md5(n::text), gen_random_uuid(), 'X', 'I', 1, 'n', 'n',
             'r', true, 'D', 'U', gen_random_uuid(), now(), 'k', '' FROM generate_series(1, 5000) AS n"""
    )
    await pool.execute("ANALYZE document")
    for sql, args, index in (
        (persistence._BY_CODE, ("x",), "document_code_key"),
        (persistence._OF_APPLICANT, (uuid4(), uuid4(), 20), "document_of_applicant"),
    ):
        plan = "\n".join(row[0] for row in await pool.fetch(f"EXPLAIN {sql}", *args))
        assert index in plan
        assert "Seq Scan on document" not in plan
