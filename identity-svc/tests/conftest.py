"""A started identity-svc beside the partner sandbox, both over ASGI."""

import contextlib
import itertools
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from chassis.testing import TEST_KEYS, Running, Tokens, bearer, running
from identity_svc.bootstrap import build
from identity_svc.domain.codes import serial_of
from identity_svc.settings import IdentitySettings
from partners.app import build as build_sandbox
from partners.keys import generate
from partners.settings import PartnersSettings
from stdnum.cn import ric

sys.path.insert(0, str(Path(__file__).parent))  # oidc_kit, openapi_kit, travel_kit

pytest_plugins = ["chassis.testing.plugin"]

MIGRATIONS = Path(__file__).parents[1] / "src" / "identity_svc" / "migrations"
OURS = "http://service.test"
CONTROL_TOKEN = "control-token-of-the-tests"
SERVICE_SECRETS = {f"{name}-svc": f"the-secret-of-{name}-svc" for name in ("case", "payment", "courier")}
SMALL_ORGANISATION = """
departments:
- {code: HUZHENG, name: 户政（人口管理）, name_en: Household Registration, hotline: null}
- {code: JIAOJING, name: 交通管理, name_en: Traffic Management, hotline: "122"}
branches:
- {code: XC, name: 西安市公安局新城分局, short_name: 新城, name_en: Xincheng Branch}
- {code: BL, name: 西安市公安局碑林分局, short_name: 碑林, name_en: Beilin Branch}
windows:
- code: W-XC-01
  name: 新城分局户政窗口
  branch: XC
  departments: [HUZHENG]
  opening_hours:
  - {days: [1, 2, 3, 4, 5], from: "09:00", to: "12:00"}
  - {days: [1, 2, 3, 4, 5], from: "13:00", to: "17:00"}
- code: W-BL-01
  name: 碑林分局综合窗口
  branch: BL
  departments: [HUZHENG, JIAOJING]
  opening_hours:
  - {days: [6], from: "09:00", to: "12:00"}
"""


@pytest.fixture(scope="session")
def partner_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("partner-keys")
    generate(folder)
    return folder


@dataclass
class Sandbox:
    """The real partner sandbox; `control` shows its books and makes it misbehave."""

    app: Any
    http: httpx2.AsyncClient

    async def control(self, method: str, path: str, document: object = None) -> Any:
        headers = {"Authorization": f"Bearer {CONTROL_TOKEN}"}
        answer = await self.http.request(method, f"/control{path}", json=document, headers=headers)
        assert answer.status_code < 300, answer.text
        return answer.json()

    async def messages(self, phone: str) -> list[dict[str, Any]]:
        """Newest first."""
        return (await self.control("GET", f"/sms/{phone}"))["messages"]


@pytest.fixture
def our_url() -> str:
    """Where WeChat and the city's platform send people back."""
    return OURS


@pytest.fixture
async def sandbox(partner_keys: Path, tmp_path: Path, our_url: str) -> AsyncIterator[Sandbox]:
    settings = PartnersSettings(
        keys=partner_keys, data=tmp_path / "partners.sqlite", control_token=CONTROL_TOKEN, client_url=our_url
    )
    app = build_sandbox(settings)
    async with app.router.lifespan_context(app):
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://partners.test") as http:
            yield Sandbox(app, http)


class Outside(httpx2.AsyncBaseTransport):
    """Every host there is: the partner sandbox, and whatever program a test puts at another one's name."""

    def __init__(self, sandbox: Any) -> None:
        self.programs: dict[str, Any] = {"partners.test": sandbox}

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        program = self.programs.get(request.url.host)
        if program is None:
            raise httpx2.ConnectError(f"nobody is at {request.url.host}")
        return await httpx2.ASGITransport(app=program).handle_async_request(request)


_phones = itertools.count(13900000000)
_births = itertools.count(1)


def some_phone() -> str:
    return str(next(_phones))


def some_id_number() -> str:
    """A valid number nobody else in this run has."""
    number = next(_births)
    stem = f"61010219900101{number:03d}"
    return stem + ric.calc_check_digit(stem + "0")


@dataclass
class Identity:
    """identity-svc as a client sees it, and what tests do with it again and again."""

    running: Running
    sandbox: Sandbox
    outside: Outside

    @property
    def client(self) -> httpx2.AsyncClient:
        return self.running.client

    def from_address(self, address: str) -> httpx2.AsyncClient:
        """A client at another network address."""
        transport = httpx2.ASGITransport(
            app=self.running.client._transport.app, raise_app_exceptions=False, client=(address, 40000)
        )
        return httpx2.AsyncClient(transport=transport, base_url="http://service.test")

    async def post(self, path: str, body: object, token: str | None = None) -> httpx2.Response:
        return await self.client.post(
            f"/api/identity{path}", json=body, headers=bearer(token) if token else {}
        )

    async def get(self, path: str, token: str | None = None, **params: Any) -> httpx2.Response:
        return await self.client.get(
            f"/api/identity{path}", params=params, headers=bearer(token) if token else {}
        )

    async def proof(
        self, phone: str, purpose: str, client: httpx2.AsyncClient | None = None
    ) -> dict[str, str]:
        """Asks for a code and reads it on the phone: `code` and `code_ticket`, as bodies want them."""
        body = {"phone": phone, "purpose": purpose}
        answer = await (client or self.client).post("/api/identity/codes", json=body)
        assert answer.status_code == 202, answer.text
        return await self.read(phone, answer.json()["code_ticket"])

    async def read(self, phone: str, ticket: str) -> dict[str, str]:
        """The code of the message that belongs to this ticket, by its serial."""
        await self.running.run_jobs()
        serial = serial_of(ticket)
        codes = [
            one["params"]["code"]
            for one in await self.sandbox.messages(phone)
            if one["params"].get("serial") == serial
        ]
        return {"code": codes[0], "code_ticket": ticket}

    async def register(self, phone: str, **fields: Any) -> dict[str, Any]:
        body = {"phone": phone, **await self.proof(phone, "register"), **fields}
        answer = await self.post("/accounts", body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def sql(self, statement: str, *args: Any) -> list[Any]:
        """Looks at rows, or moves time by changing them."""
        return await self.running.service.pool.fetch(statement, *args)

    async def forget_limits(self) -> None:
        await self.sql("DELETE FROM throttle")


@pytest.fixture
async def start_identity(
    fresh_database: Any, tokens: Tokens, sandbox: Sandbox, partner_keys: Path, tmp_path: Path
) -> AsyncIterator[Callable[..., Awaitable[Identity]]]:
    """Starts identity-svc on a database of its own; `await start_identity(code_resend_seconds=1)`."""
    (tmp_path / "service-secrets.json").write_text(json.dumps(SERVICE_SECRETS))
    (tmp_path / "org.yaml").write_text(SMALL_ORGANISATION)
    async with contextlib.AsyncExitStack() as stack:

        async def start(url: str | None = None, **overrides: Any) -> Identity:
            defaults = {
                "database_url": url or await stack.enter_async_context(fresh_database(MIGRATIONS)),
                "kafka_bootstrap": "nowhere:9092",
                "organisation_file": tmp_path / "org.yaml",
                "service_secrets_file": tmp_path / "service-secrets.json",
                "sms_secret": (partner_keys / "sms.secret").read_text(),
                "realname_secret": (partner_keys / "realname.secret").read_text(),
                "wechat_mini_secret": (partner_keys / "wechat-mini.secret").read_text(),
                "wechat_official_secret": (partner_keys / "wechat-official.secret").read_text(),
                "city_secret": (partner_keys / "city.secret").read_text(),
                "public_url": OURS,
                "partners_url": "http://partners.test",
                **TEST_KEYS,
            }
            settings = IdentitySettings(**(defaults | overrides))
            outside = Outside(sandbox.app)
            service = build(settings, transport=outside)
            started = await stack.enter_async_context(running(service, tokens, own_keys=True))
            return Identity(started, sandbox, outside)

        yield start


@pytest.fixture
async def identity(start_identity: Callable[..., Awaitable[Identity]]) -> Identity:
    return await start_identity()


@pytest.fixture
def phone() -> str:
    return some_phone()


@pytest.fixture
def id_number() -> str:
    return some_id_number()


@pytest.fixture
def another_phone() -> Callable[[], str]:
    return some_phone


@pytest.fixture
def another_id_number() -> Callable[[], str]:
    return some_id_number
