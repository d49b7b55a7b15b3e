"""An item to apply for, a running case-svc, and people who use it."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from case_svc.bootstrap import build
from case_svc.settings import CaseSettings
from chassis.clock import now
from chassis.testing import TEST_KEYS, Running, Tokens, bearer, running
from contracts.catalog import ItemDefinition, ItemPublished, MaterialDefinition
from contracts.identity import UnitDefined, WindowDefined
from contracts.tokens import Role
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

pytest_plugins = ["chassis.testing.plugin"]

MIGRATIONS = Path(__file__).parents[1] / "src/case_svc/migrations"
ID_NUMBER = "11010519491231002X"
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 10 10]>>endobj\nxref\n0 4\n0000000000 65535 f \n"
    b"0000000009 00000 n \n0000000052 00000 n \n0000000101 00000 n \ntrailer<</Size 4/Root 1 0 R>>\n"
    b"startxref\n161\n%%EOF\n"
)
PLACE = {
    "province": "陕西省", "city": "西安市", "county": "新城区", "address": "东新街1号", "name": "张三",
    "phone": "13800000000",
}  # fmt: skip
TEXT = {"type": "string", "minLength": 1, "maxLength": 100, "x-widget": "text"}
ADDRESS = {
    "type": "object", "title": "寄送地址", "x-widget": "address", "additionalProperties": False,
    "properties": {part: {"type": "string", "maxLength": 100} for part in PLACE}, "required": list(PLACE),
}  # fmt: skip


def form_schema(
    properties: dict[str, Any] | None = None, required: list[str] | None = None, **more: Any
) -> dict[str, Any]:
    properties = properties if properties is not None else {"purpose": {"title": "用途", **TEXT}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": properties,
        "required": list(properties) if required is None else required,
        "additionalProperties": False,
        **more,
    }


def define(code: str = "HUZHENG-101", steps: tuple[str, ...] = (), **changes: Any) -> ItemDefinition:
    """An item as the catalogue would publish it; by default decided by the reviewer and issued as a file."""
    steps = steps or ("accept", "review", "produce", "notify")
    values: dict[str, Any] = {
        "code": code, "version": 1, "name": "户籍证明开具", "name_en": "Household certificate",
        "department": "HUZHENG", "online_class": "full_online", "kind": "公共服务", "applicant": "both",
        "handled_at": "branch", "steps": steps, "approval_levels": 0, "statutory_days": None,
        "statutory_unit": None, "promised_days": 3, "fee_cents": 2000 if "pay" in steps else 0,
        "fee_basis": None, "amount_source": "fixed" if "pay" in steps else None, "amount_min_cents": None,
        "amount_max_cents": None, "delivery": "to_applicant" if "deliver" in steps else "none",
        "delivery_free": True, "result": "户籍证明", "result_valid_months": 3, "remedy": True,
        "materials": (), "form_schema": form_schema(), **changes,
    }  # fmt: skip
    if "deliver" in steps and "form_schema" not in changes:
        delivery = {"to_applicant": ["delivery_address"]}
        if values["delivery"] == "both_ways":
            delivery["from_applicant"] = ["delivery_address"]
        values["form_schema"] = form_schema(
            {"purpose": {"title": "用途", **TEXT}, "delivery_address": ADDRESS}, **{"x-delivery": delivery}
        )
    return ItemDefinition(**values)


def upload(key: str = "m1", *, required: bool = True, name: str = "户口簿照片") -> MaterialDefinition:
    return MaterialDefinition(key=key, name=name, form="electronic", source="applicant", required=required)


class Person:
    """Somebody with a token, who calls the service."""

    mandate: UUID | None = None

    def __init__(self, running: Running, token: str, id: UUID) -> None:
        self._running, self._token, self.id = running, token, id

    async def call(self, method: str, path: str, *, key: str | None = None, **options: Any) -> Any:
        headers = {**bearer(self._token), **options.pop("headers", {})}
        if method != "GET":
            headers.setdefault("Idempotency-Key", key or str(uuid4()))
        return await self._running.client.request(method, path, headers=headers, **options)

    async def get(self, path: str, **options: Any) -> Any:
        return await self.call("GET", path, **options)

    async def post(self, path: str, json: Any = None, **options: Any) -> Any:
        return await self.call("POST", path, json=json, **options)

    async def put(self, path: str, json: Any = None, **options: Any) -> Any:
        return await self.call("PUT", path, json=json, **options)


class World(Running):
    """The running service with the people of these tests: a citizen, officers of unit XC-HUZHENG."""

    def __init__(self, other: Running) -> None:
        super().__init__(other.service, other.client, other.tokens)
        self.citizen = self.person()

    def person(self, *, ial: int = 2, company: bool = False) -> Person:
        account = uuid4()
        mint = self.tokens.company if company else self.tokens.citizen
        return Person(self, mint(account, ial=ial), account)

    def officer(
        self,
        rank: int = 1,
        *,
        unit: str = "XC-HUZHENG",
        department: str = "HUZHENG",
        roles: tuple[Role, ...] = (Role.OFFICER,),
    ) -> Person:
        officer = uuid4()
        token = self.tokens.officer(officer, unit=unit, department=department, rank=rank, roles=roles)
        return Person(self, token, officer)

    def agent_of(self, principal: Person, account: UUID | None = None, **limits: Any) -> Person:
        """Somebody who acts for `principal` by a mandate, `mandate`, limited to `items` or `departments`."""
        account, mandate = account or uuid4(), uuid4()
        act = {"sub": str(account), "mandate": str(mandate), **limits}
        person = Person(self, self.tokens.mint(principal.id, (Role.CITIZEN,), ial=2, act=act), account)
        person.mandate = mandate
        return person

    async def publish(self, *definitions: ItemDefinition) -> None:
        for definition in definitions:
            published = ItemPublished(
                item_code=definition.code, item_version=definition.version, published_at=now(),
                definition=definition,
            )  # fmt: skip
            await self.deliver(published)

    async def draft(self, item: ItemDefinition, who: Person | None = None, **answers: Any) -> str:
        """The id of a filled-in draft of `item`, published on the way."""
        await self.publish(item)
        filled = {"purpose": "办理入学", **answers}
        if "delivery_address" in item.form_schema["properties"]:
            filled.setdefault("delivery_address", PLACE)
        body = {"item_code": item.code, "answers": filled}
        if item.handled_at != "city":
            body["branch"] = "XC"
        answer = await (who or self.citizen).post("/api/cases", body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def submitted(self, item: ItemDefinition, who: Person | None = None, **answers: Any) -> str:
        case_id = await self.draft(item, who, **answers)
        answer = await (who or self.citizen).post(f"/api/cases/{case_id}/submit")
        assert answer.status_code == 200, answer.text
        return case_id

    async def accepted(self, item: ItemDefinition) -> str:
        case_id = await self.submitted(item)
        answer = await self.officer().post(f"/api/cases/{case_id}/accept")
        assert answer.status_code == 200, answer.text
        return case_id

    async def approved(self, item: ItemDefinition) -> str:
        case_id = await self.accepted(item)
        for rank in range(2, 2 + max(item.approval_levels, 1)):
            body = {"decision": "approve", "opinion": "同意"}
            answer = await self.officer(rank).post(f"/api/cases/{case_id}/decisions", body)
            assert answer.status_code == 200, answer.text
        return case_id

    async def state(self, case_id: str) -> str:
        async with self.uow() as uow:
            return str(await uow.fetchval("SELECT state FROM cases WHERE id = $1", UUID(case_id)))

    async def event_types(self, case_id: str) -> list[str]:
        return [event.TYPE for event in await self.emitted() if event.aggregate_id == case_id]


async def lay_out_organisation(world: Running) -> None:
    for branch, name in (("XC", "新城"), ("BL", "碑林")):
        for department in ("HUZHENG", "CRJ"):
            await world.deliver(
                UnitDefined(
                    code=f"{branch}-{department}", name=f"{name}分局{department}", name_en=branch,
                    department=department, branch=branch,
                )
            )  # fmt: skip
    await world.deliver(
        UnitDefined(code="CITY-HUZHENG", name="市局户政", name_en="City", department="HUZHENG", branch=None),
        WindowDefined(
            code="W-XC-01", name="新城户政窗口", branch="XC", departments=("HUZHENG",), opening_hours=()
        ),
    )


@pytest.fixture(scope="session")
def document_key() -> str:
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem.decode()


@pytest.fixture
async def world(
    fresh_database: Callable[..., Any], tokens: Tokens, tmp_path: Path, document_key: str
) -> AsyncIterator[World]:
    async with fresh_database(MIGRATIONS) as url:
        settings = CaseSettings(
            database_url=url,
            kafka_bootstrap="127.0.0.1:1",
            identity_url="http://127.0.0.1:1",
            service_secret="test",
            files_url=str(tmp_path / "files"),
            document_key=document_key,
            **TEST_KEYS,
        )
        async with running(build(settings), tokens) as service:
            world = World(service)
            await lay_out_organisation(world)
            yield world


@pytest.fixture
def make_item() -> Callable[..., ItemDefinition]:
    return define


@pytest.fixture
def make_upload() -> Callable[..., MaterialDefinition]:
    return upload


@pytest.fixture
def make_schema() -> Callable[..., dict[str, Any]]:
    return form_schema


@pytest.fixture
def pdf() -> bytes:
    return PDF
