"""The provider behind the gateway as real processes, a real browser, and two departments' systems."""

import json
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from demo.api import Platform
from demo.client import Citizen, Officer
from demo.partners import Phone
from demo.samples import phone_number
from embedded.ports import choose
from embedded.services import GATEWAY, PARTNERS
from embedded.stack import EmbeddedStack

from .hand import Hand
from .machine import lacking
from .programs import apache_department, node_department

_NOWHERE = "http://127.0.0.1:9"
_OTHERS = ("CATALOG_URL", "CASE_URL", "PAYMENT_URL", "COURIER_URL", "EVALUATION_URL")
_LIMITS = {
    "CODE_RESEND_SECONDS": "0",
    "CODES_PER_ADDRESS_HOUR": "1000",
    "CODES_PER_ADDRESS_DAY": "1000",
    "ATTEMPTS_PER_ADDRESS": "1000",
}


@dataclass
class World:
    """`node` and `apache`: the departments' addresses."""

    platform: Platform
    issuer: str
    password: str
    node: str
    apache: str

    async def citizen(self) -> tuple[Phone, Citizen]:
        """Somebody new, of whom only the phone is known."""
        phone = Phone(self.platform, phone_number(random.Random()))
        return phone, await Citizen.register(self.platform, phone)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    if why := lacking():
        pytest.skip(why)
    gateway = {name: _NOWHERE for name in _OTHERS} | {"LOG_IN_RATE": "1000", "LOG_IN_BURST": "5000"}
    stack = EmbeddedStack(
        tmp_path_factory.mktemp("provider"),
        services=(PARTNERS, "identity-svc", GATEWAY),
        extra={"gateway": gateway, "identity-svc": _LIMITS},
    )
    await stack.start()
    try:
        accounts = json.loads(stack.folder.demo_accounts.read_text())
        password = next(one["password"] for one in accounts if one.get("badge_no") == "OPERATOR-1")
        async with Platform(stack.url(GATEWAY), stack.url(PARTNERS), stack.control_token) as platform:
            operator = await Officer.log_in(platform, "OPERATOR-1", password)
            async for opened in _departments(platform, stack.url(GATEWAY), operator, password):
                yield opened
    finally:
        await stack.stop()


async def _departments(
    platform: Platform, issuer: str, operator: Officer, password: str
) -> AsyncIterator[World]:
    ports = choose(["node", "apache"], {})
    homes = {name: f"http://localhost:{port}" for name, port in ports.items()}
    node = await _registered(
        operator,
        department="HUZHENG",
        name="户籍预约系统",
        name_en="Household appointments",
        redirect_uris=[f"{homes['node']}/callback"],
        post_logout_redirect_uris=[f"{homes['node']}/bye"],
        backchannel_logout_uri=f"{homes['node']}/backchannel-logout",
        scopes=["openid", "profile", "identity"],
    )
    apache = await _registered(
        operator,
        department="JIAOJING",
        name="交管自助系统",
        name_en="Traffic self-service",
        redirect_uris=[f"{homes['apache']}/private/callback"],
        post_logout_redirect_uris=[f"{homes['apache']}/"],
        backchannel_logout_uri=f"{homes['apache']}/private/callback?logout=backchannel",
        scopes=["openid", "profile", "phone"],
        serves=["people", "officers"],
    )
    environment = {"ISSUER": issuer, "CLIENT_ID": node[0], "CLIENT_SECRET": node[1]}
    async with (
        node_department(ports["node"], environment) as node_home,
        apache_department(ports["apache"], issuer, *apache) as apache_home,
    ):
        yield World(platform, issuer, password, node_home, apache_home)


async def _registered(operator: Officer, **fields: Any) -> tuple[str, str]:
    """Client id and secret."""
    made = await operator.post("/api/identity/clients", fields)
    return made["client"]["client_id"], made["client_secret"]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def one_hand(world: World) -> AsyncIterator[Hand]:
    hand = await Hand.take()
    yield hand
    await hand.rest()


@pytest_asyncio.fixture(loop_scope="session")
async def hand(one_hand: Hand) -> Hand:
    """A browser that was never here before."""
    await one_hand.do("anew")
    return one_hand
