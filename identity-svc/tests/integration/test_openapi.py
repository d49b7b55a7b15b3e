"""The API keeps to its own OpenAPI document, whatever is thrown at it."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from chassis.clock import now
from chassis.ids import uuid7
from chassis.service import Service
from chassis.testing import TEST_KEYS, Tokens, bearer
from chassis.testing.fuzzing import Held, opened
from chassis.testing.standing import Standing
from contracts.tokens import Role
from identity_svc.application.factors import enrol_factor
from identity_svc.bootstrap import build
from identity_svc.channels.spreadsheet import write_csv
from identity_svc.domain.demo import CITIZEN, REPRESENTATIVE
from identity_svc.domain.factors import recovery, totp
from identity_svc.domain.factors.devices import new_token
from identity_svc.domain.mandates.mandate import Kind, Mandate, Scope, State
from identity_svc.domain.officers import Officer, Post
from identity_svc.domain.oidc.clients import Scope as ClientScope
from identity_svc.domain.people.erasure import Erasure, ErasureState
from identity_svc.persistence.activations import SqlActivations
from identity_svc.settings import IdentitySettings
from partners.app import build as build_sandbox
from partners.settings import PartnersSettings

MIGRATIONS = Path(__file__).parents[2] / "src/identity_svc/migrations"
CONTROL_TOKEN = "control-token-of-the-tests"
PASSWORD = "demo-password-of-the-tests"
SERVICE = {"service": "case-svc", "secret": "the-secret-of-case-svc"}
BADGES = {
    Role.OFFICER: "XC-HUZHENG-2",
    Role.AUXILIARY: "XC-HUZHENG-AUX",
    Role.SUPERVISOR: "HUZHENG-S",
    Role.OPERATOR: "OPERATOR-1",
    Role.CATALOG_EDITOR: "CATALOG-1",
}
UNTIL = (now() + timedelta(days=9)).date().isoformat()
CHILD = {"name": "王小宝", "id_number": "610102201503070012"}
ADULT = {"name": "王老五", "id_number": "610102195003070018"}
CLIENT = {
    "department": "HUZHENG",
    "name": "户籍预约系统",
    "name_en": "Household appointments",
    "redirect_uris": ["https://booking.example.gov.cn/callback"],
}
SECRET = b"the secret of tests."
RECEIPT = "a-receipt-of-the-tests-0000001"
TRIED_ELSEWHERE = {
    # Few draws, and half of them come from who is nobody's agent: test_mandates.py.
    "POST /api/identity/acting",
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
            second = everybody_logs_in(held, client)
            sessions = everybody_logs_in(held, client)
            operator = bearer(held.callers[Role.OPERATOR])
            officers = client.get("/officers?limit=60", headers=operator).json()["items"]
            mandates = some_mandates(held, client)
            client_id = client.post("/clients", json=CLIENT, headers=operator).json()["client"]["client_id"]
            held.do(agreed(held, client_id))
            newcomers = [newcomer(held, client, partners, another_phone()) for _ in range(12)]
            strangers = [stranger(client, partners, another_phone()) for _ in range(36)]
            link_id = a_link(held, client, strangers.pop())
            computers = [computer(held, client, scanned=number > 6) for number in range(24)]
            face_checks = [face_check(held, client) for _ in range(2)]
        held.known |= {
            "account_id": [str(citizen_id(held))],
            "officer_id": [one["officer_id"] for one in officers if one["badge_no"] not in BADGES.values()],
            "version": [1],
            "client_id": [client_id],
            # In the order in which those roles take turns.
            "session_id": [second[role]["session_id"] for role in sorted(second)],
        }
        held.do(
            held.running.service.pool.execute("UPDATE qr_log_in SET expires_at = now() + interval '1 hour'")
        )
        held.at |= {
            "DELETE /api/identity/me/links/{link_id}": {"link_id": [link_id]},
            "POST /api/identity/face-checks/{check_id}/result": {"check_id": face_checks},
            "POST /api/identity/sessions/qr/{log_in_id}/news": {
                "log_in_id": [computers[0]["id"]],
                "body": [{"secret": computers[0]["secret"]}],
            },
            "POST /api/identity/qr-log-ins/{log_in_id}/confirm": {
                "log_in_id": [one["id"] for one in computers[7:16]]
            },
            "POST /api/identity/qr-log-ins/{log_in_id}/refuse": {
                "log_in_id": [one["id"] for one in computers[16:]]
            },
        }
        bodies = {
            "POST /api/identity/sessions/wechat": [{"js_code": one["js_code"]} for one in strangers[:12]],
            "POST /api/identity/qr-log-ins/scans": [{"code": one["code"]} for one in computers[1:7]],
            "POST /api/identity/face-checks": [{"return_to": "/me"}],
            "POST /api/identity/sessions/vouched": [{"ticket": one["ticket"]} for one in strangers[:3]],
            "POST /api/identity/sessions/link-codes": [
                {"ticket": one["ticket"], "phone": one["phone"]} for one in strangers[12:18]
            ],
            "POST /api/identity/sessions/linked": [
                {"ticket": one["ticket"], "wechat_phone_code": one["phone_code"]} for one in strangers[18:27]
            ],
            "POST /api/identity/me/links": [{"ticket": one["ticket"]} for one in strangers[27:]],
            "POST /api/identity/codes": [{"phone": another_phone(), "purpose": "login"} for _ in range(9)],
            "POST /api/identity/accounts": newcomers,
            "POST /api/identity/real-name": [{"name": CITIZEN.name, "id_number": CITIZEN.id_number}],
            "POST /api/identity/sessions": [{"badge_no": BADGES[Role.OFFICER], "password": PASSWORD}],
            "POST /api/identity/sessions/refresh": [
                {"refresh_token": one["refresh_token"]} for one in sessions.values()
            ],
            "POST /api/identity/officers": [
                {"badge_no": f"NEW-{number}", "name": "赵一鸣", "rank": 1, "unit": "XC-HUZHENG", "roles": ["officer"]}
                for number in range(9)
            ],
            "POST /api/identity/clients": [CLIENT],
            "PATCH /api/identity/clients/{client_id}": [{"version": 1, "minimum_level": 2}],
            "POST /api/identity/clients/{client_id}/secret": [{"old_valid_hours": 1}],
            "PATCH /api/identity/officers/{officer_id}": [{"version": 1, "active": False}],
            "PUT /api/identity/password": [{"current_password": PASSWORD, "new_password": "a new password for it"}],
            "POST /api/identity/window-checks": [
                {"phone": CITIZEN.phone, "name": CITIZEN.name, "id_number": CITIZEN.id_number, "window": "W-XC-01"}
            ],
            "POST /api/identity/mandates": [
                {"agent_phone": another_phone(), "agent_name": "赵敏", "until": UNTIL} for _ in range(9)
            ],
            "POST /api/identity/wards": [{**CHILD, "until": UNTIL}],
            "POST /api/identity/window-wards": [
                {**ADULT, "guardian_phone": CITIZEN.phone, "window": "W-XC-01", "until": UNTIL}
            ],
            "POST /internal/service-tokens": [SERVICE],
            "POST /internal/audit-heads": [
                {"service": SERVICE["service"], "number": 1, "hash": "ab" * 32, "rows": 1, "signature": "",
                 "sealed_at": "2026-11-28T00:00:00Z"}
            ],
        }  # fmt: skip
        held.at |= {label: {"body": known} for label, known in bodies.items()}
        exports = {"export_id": [held.do(ready_export(held))]}
        held.at |= {f"GET /api/me/exports/{{export_id}}{more}": exports for more in ("", "/download")}
        receipts = {"receipt": [held.do(open_erasure(held))]}
        held.at |= {f"GET /api/erasures/{{receipt}}{more}": receipts for more in ("", "/document")}
        held.at |= {
            f"{method} /api/identity/mandates/{{mandate_id}}{rest}": {"mandate_id": mandates[rest]}
            for method, rest in [("GET", ""), ("POST", "/accept"), ("POST", "/decline"), ("POST", "/revoke")]
        }
        # By this name the operator's routes mean another kind of message.
        held.at["PUT /api/identity/me/messages/read"] = {"message_id": [str(uuid4())]}
        yield held


def everybody_logs_in(held: Held, client: httpx2.Client) -> dict[Role, dict[str, Any]]:
    """Puts an access token of each role among the callers; the sessions."""
    logins: dict[Role, dict[str, str]] = {role: {"badge_no": badge} for role, badge in BADGES.items()}
    logins |= {Role.CITIZEN: {"phone": CITIZEN.phone}, Role.COMPANY: {"phone": REPRESENTATIVE.phone}}
    sessions = {}
    for role, login in logins.items():
        answer = client.post("/sessions", json={**login, "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        sessions[role] = answer.json()
    held.callers = {role: session["access_token"] for role, session in sessions.items()}
    token = httpx2.post(f"{held.url}/internal/service-tokens", json=SERVICE).json()
    held.callers[Role.SERVICE] = token["access_token"]
    return sessions


def some_mandates(held: Held, client: httpx2.Client) -> dict[str, list[str]]:
    """For each operation on a mandate those that the demonstration's citizen can do it with."""
    company = bearer(held.callers[Role.COMPANY])
    body = {"agent_phone": CITIZEN.phone, "agent_name": CITIZEN.name, "until": UNTIL}
    offered = client.post("/mandates", json=body, headers=company)
    assert offered.status_code == 201, offered.text
    found = {"/accept": [offered.json()["id"]]}
    moment, principal = now(), UUID(offered.json()["principal"]["account_id"])
    states = {"": State.ACTIVE, "/decline": State.OFFERED, "/revoke": State.ACTIVE}
    for operation, state in states.items():
        made = [
            Mandate(
                id=uuid7(), kind=Kind.AGENT, state=state, principal_id=principal, agent_id=citizen_id(held),
                scope=Scope(), may_appoint=False, offered_by=principal, offered_at=moment, offer_ends_at=None,
                accepted_at=moment, expires_at=moment + timedelta(days=9), ended_at=None,
            )
            for _ in range(3)
        ]  # fmt: skip
        held.do(granted(held, made))
        found[operation] = [str(mandate.id) for mandate in made]
    return found


async def granted(held: Held, made: list[Mandate]) -> None:
    async with held.running.uow() as uow:
        for mandate in made:
            await held.running.service.state.parts.stores.mandates.grant(uow, mandate, "test", None)


async def agreed(held: Held, client_id: str) -> None:
    """Every role has agreed to the client, so that there is something to withdraw."""
    verified = [await held.running.service.verifier.verify(token) for token in held.callers.values()]
    async with held.running.uow() as uow:
        for caller in verified:
            if not caller.has(Role.SERVICE):
                await held.running.service.state.oidc.consents.give(
                    uow, caller.account_id, client_id, frozenset({ClientScope.OPENID})
                )


async def ready_export(held: Held) -> str:
    """One that the citizen can download."""
    account_id = (await held.running.service.verifier.verify(held.callers[Role.CITIZEN])).account_id
    async with held.running.uow() as uow:
        export_id = await uow.fetchval(
            "INSERT INTO person_export (id, account_id, state, parts, requested_at, ready_at, expires_at)"
            " VALUES (uuidv7(), $1, 'ready', $2, now(), now(), now() + interval '1 day') RETURNING id",
            account_id,
            {"case-svc": {"state": "done", "records": 0, "files": 0}},
        )
    return str(export_id)


async def open_erasure(held: Held) -> str:
    """The receipt of one that the citizen can cancel; the services that do not run here are not asked."""
    request = held.running.service.state.erasure.request
    sources = request._parts._sources
    for name in [name for name in sources if name != "identity-svc"]:
        del sources[name]
    account_id = (await held.running.service.verifier.verify(held.callers[Role.CITIZEN])).account_id
    async with held.running.uow() as uow:
        erasure = Erasure(uuid7(), account_id, [], ErasureState.WAITING, now(), now() + timedelta(days=7))
        await held.running.service.state.erasure.erasures.add(uow, erasure, RECEIPT)
    return RECEIPT


def citizen_id(held: Held) -> UUID:
    token = held.callers[Role.CITIZEN]
    return held.do(held.running.service.verifier.verify(token)).account_id


def newcomer(held: Held, client: httpx2.Client, partners: httpx2.Client, phone: str) -> dict[str, Any]:
    """Somebody who was sent a code to register with."""
    sent = client.post("/codes", json={"phone": phone, "purpose": "register"})
    assert sent.status_code == 202, sent.text
    held.do(held.running.run_jobs())
    (message,) = partners.get(f"/control/sms/{phone}").json()["messages"]
    ticket = sent.json()["code_ticket"]
    return {"phone": phone, "code": message["params"]["code"], "code_ticket": ticket}


def stranger(client: httpx2.Client, partners: httpx2.Client, phone: str) -> dict[str, str]:
    """A WeChat user whom nobody knows: a ticket, and codes that are not used yet."""
    user = partners.post("/control/wechat/users", json={"phone": phone}).json()
    path = f"/control/wechat/users/{user['user_id']}/codes"
    used, js_code = [partners.post(path, json={}).json()["code"] for _ in range(2)]
    ticket = client.post("/sessions/wechat", json={"js_code": used}).json()["ticket"]
    phone_code = partners.post(path, json={"kind": "phone"}).json()["code"]
    return {"ticket": ticket, "js_code": js_code, "phone": phone, "phone_code": phone_code}


def a_link(held: Held, client: httpx2.Client, somebody: dict[str, str]) -> str:
    """The id of one that the citizen has."""
    citizen = bearer(held.callers[Role.CITIZEN])
    answer = client.post("/me/links", json={"ticket": somebody["ticket"]}, headers=citizen)
    assert answer.status_code == 204, answer.text
    return client.get("/me/links", headers=citizen).json()["links"][0]["id"]


def computer(held: Held, client: httpx2.Client, *, scanned: bool) -> dict[str, str]:
    """One that shows a code to log in by, which the citizen's phone perhaps scanned."""
    shown = client.post("/sessions/qr").json()
    code = shown["scan_url"].rpartition("=")[2]
    if scanned:
        citizen = bearer(held.callers[Role.CITIZEN])
        assert client.post("/qr-log-ins/scans", json={"code": code}, headers=citizen).status_code == 200
    return {"id": shown["id"], "secret": shown["secret"], "code": code}


def face_check(held: Held, client: httpx2.Client) -> str:
    """The id of one that the citizen began."""
    answer = client.post("/face-checks", json={}, headers=bearer(held.callers[Role.CITIZEN]))
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


class Live(list[dict[str, Any]]):
    """One body, with the one-time code of the moment at which it is taken; `step` further than now."""

    def __init__(self, step: int = 0, **fields: Any) -> None:
        super().__init__([fields])
        self._step = step

    def __getitem__(self, index: Any) -> Any:
        step = int(now().timestamp()) // totp.STEP_SECONDS + self._step
        return {**super().__getitem__(index), "code": totp.code_at(step, SECRET)}


def officers_at_work(held: Held) -> list[UUID]:
    """Those who call, in the order in which their roles take turns."""
    verify = held.running.service.verifier.verify
    return [held.do(verify(held.callers[role])).account_id for role in sorted(BADGES)]


def rows(held: Held, statement: str, *values: Any) -> list[Any]:
    return held.do(held.running.service.pool.fetch(statement, *values))


def enrolled(held: Held, officer_ids: list[UUID]) -> None:
    """With `SECRET` as if it had been scanned long ago."""

    async def enrol() -> None:
        factors = held.running.service.state.factors.factors
        async with held.running.uow() as uow:
            for officer_id in officer_ids:
                await factors.propose(uow, officer_id, SECRET, now() + timedelta(hours=1))
                await factors.confirm(uow, officer_id, SECRET, totp.NEVER)

    held.do(enrol())


def a_second_step(held: Held) -> dict[str, list[Any]]:
    """Everybody of the police has an authenticator from here on."""
    officers, codes = officers_at_work(held), recovery.new_codes()
    enrolled(held, officers)
    me = officers[sorted(BADGES).index(Role.OFFICER)]

    async def give_codes() -> None:
        async with held.running.uow() as uow:
            hashes = [recovery.code_hash(me, code) or b"" for code in codes]
            await held.running.service.state.factors.factors.replace_codes(uow, me, hashes)

    held.do(give_codes())
    log_in = {"badge_no": BADGES[Role.OFFICER], "password": PASSWORD}
    challenge = httpx2.post(f"{held.url}/api/identity/sessions", json=log_in).json()["challenge"]
    return {"body": [{"challenge": challenge, "recovery_code": code} for code in codes]}


def serving(held: Held) -> list[tuple[UUID, str]]:
    """Ids and badge numbers of officers of one unit whom no other operation means."""
    post = Post("XC-HUZHENG", "HUZHENG", "XC", 1, frozenset({Role.OFFICER}))
    made = [Officer(uuid7(), f"FUZZ-{number}", "赵一鸣", post, version=1) for number in range(9)]

    async def hire() -> None:
        async with held.running.uow() as uow:
            officers = held.running.service.state.parts.stores.officers
            await officers.add_missing(uow, made, "", password_initial=True)

    held.do(hire())
    found = rows(held, "SELECT id, badge_no FROM officer WHERE badge_no LIKE 'FUZZ-%' ORDER BY badge_no")
    return [tuple(row) for row in found]


def lost_authenticators(held: Held) -> dict[str, list[Any]]:
    ids = [officer_id for officer_id, _ in serving(held)]
    enrolled(held, ids)
    return {"officer_id": [str(one) for one in ids]}


def trusted_devices(held: Held) -> dict[str, list[Any]]:
    tokens = [(officer_id, new_token(uuid7())) for officer_id in officers_at_work(held)]

    async def trust() -> None:
        async with held.running.uow() as uow:
            for officer_id, token in tokens:
                devices = held.running.service.state.factors.devices
                await devices.add(uow, officer_id, token, "窗口", now() + timedelta(days=1))

    held.do(trust())
    return {"device_id": [str(token.device_id) for _, token in tokens]}


def scopes_held(held: Held) -> dict[str, list[Any]]:
    (officer_id, _), *_ = serving(held)
    made = rows(
        held,
        "INSERT INTO officer_scope (id, officer_id, role, branch, granted_by, granted_at)"
        " SELECT uuidv7(), $1, 'officer', 'BL', $1, now() FROM generate_series(1, 9) RETURNING id",
        officer_id,
    )
    return {"officer_id": [str(officer_id)], "scope_id": [str(row["id"]) for row in made]}


def shifts(held: Held) -> list[tuple[str, datetime]]:
    return [(badge, now() + timedelta(days=1 + day)) for day, (_, badge) in enumerate(serving(held))]


def plans(held: Held) -> dict[str, list[Any]]:
    bodies = [
        {"shifts": [{"badge_no": badge, "unit": "XC-HUZHENG", "starts_at": start.isoformat(),
                     "ends_at": (start + timedelta(hours=8)).isoformat()}]}
        for badge, start in shifts(held)
    ]  # fmt: skip
    return {"body": bodies}


def duty_sheets(held: Held) -> dict[str, list[Any]]:
    head = ("警号", "单位", "开始", "结束")
    sheets = [
        write_csv([head, (badge, "XC-HUZHENG", f"{day:%Y-%m-%d} 08:00", f"{day:%Y-%m-%d} 09:00")])
        for badge, start in shifts(held)
        if (day := start + timedelta(days=60))
    ]
    return {"body": sheets}


def planned(held: Held) -> dict[str, list[Any]]:
    (officer_id, _), *_ = serving(held)
    made = rows(
        held,
        "INSERT INTO duty_shift SELECT uuidv7(), $1, 'XC-HUZHENG', now() + n * interval '1 day',"
        " now() + n * interval '1 day' + interval '1 hour', $1 FROM generate_series(100, 108) AS n RETURNING id",
        officer_id,
    )
    return {"shift_id": [str(row["id"]) for row in made]}


def officer_sheets(held: Held) -> dict[str, list[Any]]:
    head = ("警号", "姓名", "单位", "级别", "角色")
    sheets = [[head, (f"SHEET-{number}", "赵一鸣", "XC-HUZHENG", "1", "民警")] for number in range(9)]
    return {"body": [write_csv(sheet) for sheet in sheets]}


def waiting(held: Held) -> dict[UUID, str]:
    """Officers who have no password yet, with their codes."""
    codes = {officer_id: recovery.new_code() for officer_id, _ in serving(held)}

    async def give() -> None:
        async with held.running.uow() as uow:
            hashes = {one: recovery.code_hash(one, code) or b"" for one, code in codes.items()}
            await SqlActivations().put(uow, hashes, now() + timedelta(days=1))

    held.do(give())
    return codes


def activations(held: Held) -> dict[str, list[Any]]:
    codes, badges = waiting(held), dict(serving(held))
    return {
        "body": [
            {"badge_no": badges[one], "activation_code": code, "new_password": "a password of my own"}
            for one, code in codes.items()
        ]
    }


def awaited(held: Held) -> dict[str, list[Any]]:
    return {"officer_id": [str(one) for one in waiting(held)]}


BEFORE: dict[str, Callable[[Held], dict[str, list[Any]]]] = {
    "POST /api/identity/sessions/second-factor": a_second_step,
    "DELETE /api/identity/officers/{officer_id}/second-factor": lost_authenticators,
    "POST /api/identity/me/second-factor": lambda _: {"body": Live(current_password=PASSWORD)},
    "POST /api/identity/me/second-factor/confirmation": lambda _: {"body": Live()},
    "POST /api/identity/me/second-factor/recovery-codes": lambda _: {"body": Live(step=1)},
    "DELETE /api/identity/me/trusted-devices/{device_id}": trusted_devices,
    "POST /api/identity/officers/{officer_id}/scopes": lambda held: {
        "officer_id": [str(one) for one, _ in serving(held)],
        "body": [{"role": "officer", "department": "HUZHENG"}],
    },
    "DELETE /api/identity/officers/{officer_id}/scopes/{scope_id}": scopes_held,
    "POST /api/identity/duty": plans,
    "POST /api/identity/duty/sheet": duty_sheets,
    "DELETE /api/identity/duty/{shift_id}": planned,
    "POST /api/identity/officer-sheets": officer_sheets,
    "POST /api/identity/activations": activations,
    "POST /api/identity/officers/{officer_id}/activation-code": awaited,
}
"""What an operation needs that must be there just before it is tried: what exists for it, by parameter."""


def test_every_answer_is_as_documented(held: Held, subtests: pytest.Subtests) -> None:
    for operation in sorted(held.operations(), key=lambda operation: operation.path in FAREWELLS):
        if prepare := BEFORE.get(operation.label):
            held.at[operation.label] = prepare(held)
        with subtests.test(operation.label):
            held.try_everything(operation)
    assert held.unreached() == TRIED_ELSEWHERE
