"""The documents part of case-svc, started without the rest: it needs its own table and the units' names only."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
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
from sqlalchemy import Column, MetaData, Table, Text

metadata = MetaData()
add_chassis_tables(metadata)
add_document_tables(metadata)
UNIT_COLUMNS = [Column("code", Text, primary_key=True), Column("name", Text), Column("name_en", Text)]
Table("unit", metadata, *UNIT_COLUMNS)

MIGRATION = """
from chassis.db.tables import add_chassis_tables
from alembic import op
from sqlalchemy import MetaData
from case_svc.documents.tables import add_document_tables

revision = "0001"
down_revision = None

def upgrade():
    metadata = MetaData()
    add_chassis_tables(metadata)
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
    name: str = NAME
    id_number: str = ID_NUMBER
    item: ItemDefinition = ITEM

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

    async def code(self, document_id: UUID) -> str:
        """What stands on the paper, for anybody to verify it by."""
        return str((await self.row(document_id))["code"])

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

    async def record_view(uow, case_id, *, viewer, unit, what, role=None) -> None:
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
