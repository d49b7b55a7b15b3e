"""A started courier-svc beside the couriers' sandbox, and a hand that pushes as EMS would."""

import asyncio
import contextlib
import json
import socket
import zlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import httpx2
import pytest
import uvicorn
from chassis.testing import TEST_KEYS, Running, Tokens, bearer, running
from contracts.case import CaseCompleted, CaseDispatchRequested, CaseWithdrawn, PickupRequested
from contracts.tokens import Role
from courier_svc.application.ports import AddressUnknown
from courier_svc.bootstrap import build
from courier_svc.channels.ems import Envelope
from courier_svc.domain.address import Address
from courier_svc.domain.errors import AddressBookNotAnswering, SavedAddressUnknown
from courier_svc.domain.shipment import Direction
from courier_svc.settings import CourierSettings
from partners.app import build as build_sandbox
from partners.keys import generate
from partners.settings import PartnersSettings

pytest_plugins = ["chassis.testing.plugin"]

MIGRATIONS = Path(__file__).parents[1] / "src" / "courier_svc" / "migrations"
CONTROL_TOKEN = "control-token-of-the-tests"
HOME = Address("张三丰", "13812345678", "陕西省", "西安市", "雁塔区", "小寨东路1号")
UNIT, DEPARTMENT = "YT-HUZHENG", "HUZHENG"


@dataclass
class CaseAddressBook:
    """Plays case-svc: counts how often an address was asked for."""

    address: Address | None = HOME
    asked: list[tuple[UUID, Direction]] = field(default_factory=list)

    async def fetch(self, case_id: UUID, direction: Direction) -> Address:
        self.asked.append((case_id, direction))
        if self.address is None:
            raise AddressUnknown(str(case_id))
        return self.address


@dataclass
class AddressBooks:
    """Plays identity-svc: addresses by owner and id."""

    places: dict[tuple[UUID, UUID], Address] = field(default_factory=dict)
    down: bool = False

    async def fetch(self, account_id: UUID, address_id: UUID) -> Address:
        if self.down:
            raise AddressBookNotAnswering
        if (account_id, address_id) not in self.places:
            raise SavedAddressUnknown
        return self.places[account_id, address_id]


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("partner-keys")
    generate(folder)
    return folder


@dataclass
class SandboxCourier:
    """The sandbox in this event loop; parcels move only when told."""

    url: str
    http: httpx2.AsyncClient
    app: Any

    async def control(self, method: str, path: str, document: object = None) -> Any:
        headers = {"Authorization": f"Bearer {CONTROL_TOKEN}"}
        answer = await self.http.request(method, f"/control{path}", json=document, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def fault(self, **faults: Any) -> None:
        await self.control("PUT", "/faults/courier", faults)

    async def orders(self, query: str = "") -> list[dict[str, Any]]:
        return (await self.control("GET", f"/books/courier?{query}"))["orders"]

    async def advance(self, order_no: str, code: str) -> dict[str, Any]:
        return await self.control("POST", f"/courier/{order_no}/advance", {"code": code})


@contextlib.asynccontextmanager
async def served(
    app: Any, lifespan: Literal["on", "off"], port: socket.socket | None = None
) -> AsyncIterator[str]:
    """The URL of `app` on a free port, or on the one already bound."""
    with port or socket.socket() as listening:
        if port is None:
            listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, lifespan=lifespan, log_config=None))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        await serving


@pytest.fixture
def sandbox_settings() -> dict[str, Any]:
    """How the sandbox differs from the usual one."""
    return {}


@pytest.fixture
def courier_settings() -> dict[str, Any]:
    """How the service's settings differ from the usual ones."""
    return {}


@pytest.fixture
async def sandbox(
    keys: Path, tmp_path: Path, public_url: str, sandbox_settings: dict[str, Any]
) -> AsyncIterator[SandboxCourier]:
    settings = PartnersSettings(
        keys=keys,
        data=tmp_path / "books.sqlite",
        control_token=CONTROL_TOKEN,
        courier_auto=False,
        push_url=public_url,
        **sandbox_settings,
    )
    app = build_sandbox(settings)
    async with served(app, "on") as url, httpx2.AsyncClient(base_url=url) as http:
        yield SandboxCourier(url, http, app)


OP_CODES = {
    "PICKED_UP": "203", "IN_TRANSIT": "305", "OUT_FOR_DELIVERY": "702", "DELIVERED": "704", "RETURNED": "711",
}  # fmt: skip
ENDS = ("DELIVERED", "RETURNED")
SHANGHAI = ZoneInfo("Asia/Shanghai")


SF_PUSH = (
    b'{"Body":{"WaybillRoute":[{"id":"1","mailno":"SF0000000000001","orderid":"unknown","opCode":"80",'
    b'"acceptTime":"2026-11-22 18:30:59","acceptAddress":"","remark":""}]}}'
)


@dataclass
class Courier:
    """EMS at our door: seals pushes with its key, or with another."""

    svc: Running
    sandbox: SandboxCourier
    keys: Path

    def sealed(self, scan: bytes, *, key: str = "ems") -> bytes:
        """The push that carries `scan`. `key` names a key file, or is 16 bytes as base64."""
        path = self.keys / f"{key}.secret"
        envelope = Envelope(path.read_text().strip() if path.is_file() else key)
        document = {"logitcsInterface": envelope.seal(scan), "serialNo": "C3E7", "method": "040002"}
        return json.dumps(document).encode()

    async def post(self, scan: bytes, **how: Any) -> httpx2.Response:
        body = self.sealed(scan, **how)
        return await self.svc.client.post("/webhooks/courier/ems", content=body)

    async def claim(self, order_no: str, code: str, **members: Any) -> None:
        """An acknowledged push, whatever the courier's books say."""
        answer = await self.post(push_body(order_no, code, **members))
        assert (answer.status_code, answer.json()["code"]) == (200, "00000"), answer.text

    async def push(self, order_no: str, code: str, **members: Any) -> None:
        """An acknowledged push. That a parcel arrived or came back stands in the courier's books too, and is believed
        when they were asked.
        """
        if code in ENDS:
            booked = (await self.sandbox.advance(order_no, code))["traces"][-1]
            at = datetime.fromisoformat(booked["time"])
            members = {"waybillNo": booked["event_id"].split("-")[0], "opTime": local(at)} | members
        await self.claim(order_no, code, **members)
        if code in ENDS:
            await self.svc.run_jobs()


def local(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def waybill_of(order_no: str) -> str:
    """Of a parcel that only the push knows."""
    return f"TEST{zlib.crc32(order_no.encode()):010d}"


def push_body(order_no: str, code: str, **members: Any) -> bytes:
    document = {
        "orderNo": order_no,
        "waybillNo": waybill_of(order_no),
        "opCode": OP_CODES.get(code, code),
        "opTime": local(datetime.now(UTC)),
        "opName": "处理",
        "opDesc": "快件已处理",
    }
    return json.dumps(document | members, ensure_ascii=False).encode()


@pytest.fixture
def addresses() -> CaseAddressBook:
    return CaseAddressBook()


@pytest.fixture
def saved() -> AddressBooks:
    return AddressBooks()


@pytest.fixture
def public_url() -> str:
    """Where the sandbox sends its pushes: nowhere, unless a test opens a door."""
    return "http://127.0.0.1:9"


@pytest.fixture
async def svc(
    fresh_database: Callable[[Path], Any],
    tokens: Tokens,
    keys: Path,
    sandbox: SandboxCourier,
    addresses: CaseAddressBook,
    saved: AddressBooks,
    courier_settings: dict[str, Any],
) -> AsyncIterator[Running]:
    async with fresh_database(MIGRATIONS) as url:
        settings = CourierSettings(
            **TEST_KEYS,
            database_url=url,
            kafka_bootstrap="nowhere:9092",
            partners_url=sandbox.url,
            **{"partners_keys": keys, **courier_settings},
        )
        service = build(settings, addresses=addresses, saved=saved)
        async with running(service, tokens) as started:
            yield started


@pytest.fixture
def courier(svc: Running, sandbox: SandboxCourier, keys: Path) -> Courier:
    return Courier(svc, sandbox, keys)


def case_facts(**overrides: Any) -> dict[str, Any]:
    facts = {
        "case_id": uuid4(),
        "case_no": "XA202611220001",
        "item_code": "HZ-001",
        "item_version": 1,
        "department": DEPARTMENT,
        "unit": UNIT,
        "applicant_id": uuid4(),
        "state": "awaiting_dispatch",
        "occurred_at": datetime.now(UTC),
        "actor": "system",
    }
    return facts | overrides


@dataclass
class Parcel:
    """One case with its shipment, and the ways to look at it."""

    svc: Running
    event: CaseDispatchRequested | PickupRequested

    @property
    def applicant(self) -> dict[str, str]:
        return bearer(self.svc.tokens.citizen(self.event.applicant_id))

    async def row(self) -> dict[str, Any]:
        pool = self.svc.service.pool
        return dict(await pool.fetchrow("SELECT * FROM shipment WHERE case_id = $1", self.event.case_id))

    async def order_no(self) -> str:
        return (await self.row())["order_no"]

    async def state(self) -> str:
        return (await self.row())["state"]

    async def view(self) -> dict[str, Any]:
        answer = await self.svc.client.get(
            f"/api/shipments/{(await self.row())['id']}", headers=self.applicant
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def acts(self) -> list[dict[str, Any]]:
        return (await self.view())["acts"]

    async def told(self) -> list[str]:
        """Types of the events emitted so far, the last word of each."""
        return [type(event).TYPE.rsplit(".", 1)[1] for event in await self.svc.emitted()]

    async def resend(self, key: str = "again", **options: Any) -> httpx2.Response:
        body = options.pop("body", {})
        headers = options.pop("headers", self.applicant) | {"Idempotency-Key": key}
        path = f"/api/shipments/{(await self.row())['id']}/resend"
        return await self.svc.client.post(path, json=body, headers=headers)

    async def readdress(
        self, address: dict[str, str], headers: dict[str, str] | None = None
    ) -> httpx2.Response:
        path = f"/api/shipments/{(await self.row())['id']}/address"
        return await self.svc.client.put(path, json=address, headers=headers or self.applicant)

    async def withdraw(self) -> None:
        facts = self.event.model_dump(exclude={"postage_free"}) | {"state": "withdrawn"}
        await self.svc.deliver(CaseWithdrawn(**facts))

    async def complete(self, how: str) -> None:
        facts = self.event.model_dump(exclude={"postage_free"}) | {"state": "completed"}
        await self.svc.deliver(CaseCompleted(**facts, how=how))


def agent_of(parcel: Parcel, **limits: Any) -> tuple[UUID, dict[str, str]]:
    """Somebody who acts for the parcel's owner: who, and the headers they call with."""
    account = uuid4()
    act = {"sub": str(account), "mandate": str(uuid4()), **limits}
    token = parcel.svc.tokens.mint(parcel.event.applicant_id, (Role.CITIZEN,), ial=2, act=act)
    return account, bearer(token)


@pytest.fixture
async def requested(svc: Running) -> Parcel:
    """Asked for by its case; the courier knows nothing yet."""
    event = CaseDispatchRequested(**case_facts(), postage_free=True)
    await svc.deliver(event)
    return Parcel(svc, event)


@pytest.fixture
async def created(requested: Parcel) -> Parcel:
    """With a waybill."""
    await requested.svc.run_jobs()
    assert await requested.state() == "created"
    return requested


@pytest.fixture
async def returned(created: Parcel, courier: Courier) -> Parcel:
    for code in ("PICKED_UP", "RETURNED"):
        await courier.push(await created.order_no(), code)
    return created
