"""The API keeps to its own OpenAPI document, whatever is thrown at it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
from chassis.service import Service
from chassis.testing import TEST_KEYS, Tokens, bearer
from chassis.testing.fuzzing import Held, opened
from chassis.testing.standing import Standing
from identity_svc.application.factors import enrol_factor
from identity_svc.bootstrap import build
from identity_svc.settings import IdentitySettings
from openapi_kit.accounts import known_accounts, log_in_and_know
from openapi_kit.officers import BEFORE, SECRET
from openapi_kit.people import PASSWORD, SERVICE
from openapi_kit.rights import known_rights
from openapi_kit.ways_in import known_ways_in
from partners.app import build as build_sandbox
from partners.settings import PartnersSettings

MIGRATIONS = Path(__file__).parents[2] / "src/identity_svc/migrations"
CONTROL_TOKEN = "control-token-of-the-tests"
TRIED_ELSEWHERE = {
    # Few draws, and half of them come from who is nobody's agent: test_mandates.py.
    "POST /api/identity/acting",
    # Only payment-svc asks, and the token here is case-svc's: test_internal.py, test_wechat.py.
    "GET /internal/accounts/{account_id}/name",
    "GET /internal/accounts/{account_id}/openids",
    # The citizen has one under way, and the company none: test_erasure.py.
    "GET /api/me/erasure",
    "POST /api/me/erasure",
}
FAREWELLS = ("/api/identity/me/sessions", "/api/identity/password", "/api/identity/sessions/current")


@pytest.fixture
def partners(partner_keys: Path, tmp_path: Path) -> Iterator[httpx2.Client]:
    settings = PartnersSettings(
        keys=partner_keys, data=tmp_path / "partners.sqlite", control_token=CONTROL_TOKEN
    )
    with (
        Standing(lambda: build_sandbox(settings)) as sandbox,
        httpx2.Client(base_url=sandbox.url, headers=bearer(CONTROL_TOKEN)) as partners,
    ):
        yield partners


@pytest.fixture(autouse=True)
def known_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every new authenticator gets the same secret, so that the test can play the telephone."""
    monkeypatch.setattr(enrol_factor, "new_secret", lambda: SECRET)


@pytest.fixture
def held(
    postgres_url: str, tokens: Tokens, tmp_path: Path, partner_keys: Path, partners: httpx2.Client,
    another_phone: Callable[[], str],
) -> Iterator[Held]:  # fmt: skip
    """With the demonstration's people, who really log in: the tokens are the service's own."""
    (tmp_path / "secrets.json").write_text(json.dumps({SERVICE["service"]: SERVICE["secret"]}))

    def service(url: str) -> Service:
        return build(
            IdentitySettings(
                **TEST_KEYS, database_url=url, kafka_bootstrap="nowhere:9092", partners_url=str(partners.base_url),
                sms_secret=(partner_keys / "sms.secret").read_text(),
                realname_secret=(partner_keys / "realname.secret").read_text(),
                wechat_mini_secret=(partner_keys / "wechat-mini.secret").read_text(),
                service_secrets_file=tmp_path / "secrets.json",
                demo_accounts_file=tmp_path / "demo.json", demo_password=PASSWORD, code_resend_seconds=0,
            )
        )  # fmt: skip

    with opened(postgres_url, MIGRATIONS, service, tokens, own_keys=True) as held:
        with httpx2.Client(base_url=f"{held.url}/api/identity") as client:
            sessions = log_in_and_know(held, client)
            held.at |= known_accounts(held, client, partners, another_phone, sessions)
            held.at |= known_ways_in(held, client, partners, another_phone)
            held.at |= known_rights(held, client, another_phone)
        # By this name the operator's routes mean another kind of message.
        held.at["PUT /api/identity/me/messages/read"] = {"message_id": [str(uuid4())]}
        yield held


def test_every_answer_is_as_documented(held: Held, subtests: pytest.Subtests) -> None:
    for operation in sorted(held.operations(), key=lambda operation: operation.path in FAREWELLS):
        if prepare := BEFORE.get(operation.label):
            held.at[operation.label] = prepare(held)
        with subtests.test(operation.label):
            held.try_everything(operation)
    assert held.unreached() == TRIED_ELSEWHERE
