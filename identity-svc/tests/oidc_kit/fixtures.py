"""The provider with the demonstration's people, a browser, and two departments' systems."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from identity_svc.domain.demo import CITIZEN

from .browser import Browser
from .party import ISSUER, Party, register

PASSWORD = "demo-password-of-the-tests"


@pytest.fixture
def our_url() -> str:
    return ISSUER


@pytest.fixture
async def identity(start_identity: Any, tmp_path: Path) -> Any:
    return await start_identity(
        demo_accounts_file=tmp_path / "demo.json",
        demo_password=PASSWORD,
        public_url=ISSUER,
        code_resend_seconds=0,
    )


@pytest.fixture
async def operator(identity: Any) -> str:
    answer = await identity.post("/sessions", {"badge_no": "OPERATOR-1", "password": PASSWORD})
    return answer.json()["access_token"]


@pytest.fixture
def new_browser(identity: Any) -> Callable[..., Browser]:
    return lambda **how: Browser(identity.client._transport.app, ISSUER, **how)


@pytest.fixture
def browser(new_browser: Callable[..., Browser]) -> Browser:
    return new_browser()


@pytest.fixture
def new_party(identity: Any, operator: str) -> Callable[..., Awaitable[Party]]:
    async def made(**fields: Any) -> Party:
        return await register(identity.client, operator, **fields)

    return made


@pytest.fixture
async def party(new_party: Callable[..., Awaitable[Party]]) -> Party:
    return await new_party(scopes=["openid", "profile", "phone", "identity"])


@pytest.fixture
def citizen() -> dict[str, str]:
    """What the demonstration's citizen logs in with."""
    return {"phone": CITIZEN.phone, "password": PASSWORD}
