"""identity-svc against its table: one's own, mandates, officers, rosters, clients, and the doors without a token."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from .callers import Cast
from .every_service import for_operators
from .identity_own import EXPORTED, REASON, Own
from .identity_people import SECRETS, People, own
from .identity_work import Work
from .table import table
from .trying import Call, Object, Trial, each

partner_keys, our_url, sandbox, start_identity = (
    own.partner_keys, own.our_url, own.sandbox, own.start_identity,
)  # fmt: skip
ROWS = table("identity-svc")
API = "/api/identity"
MINE = f"{API}/me"


def shown(*words: str) -> Any:
    async def made(_: str) -> Object:
        return Object(shows=words)

    return made


def doors(make: Work, mine: Own) -> dict[str, Call]:
    """What is there without a log-in."""
    sessions = f"POST {API}/sessions"
    news = f"{sessions}/qr/{{log_in_id}}/news"
    token = "POST /internal/service-tokens"
    return {
        f"GET {API}/departments": Call(shown("HUZHENG"), reads=True),
        f"GET {API}/branches": Call(shown("XC"), reads=True),
        f"GET {API}/units": Call(shown("XC-HUZHENG"), reads=True),
        f"GET {API}/windows": Call(shown("W-XC-01"), reads=True),
        "GET /.well-known/jwks.json": Call(shown('"keys"'), reads=True),
        f"GET {API}/ways": Call(reads=True),
        f"POST {API}/codes": Call(make.to_get_code),
        f"POST {API}/accounts": Call(make.to_join),
        sessions: Call(make.to_log_in),
        f"{sessions}/refresh": Call(make.to_refresh),
        f"{sessions}/refresh (forged)": Call(
            mine.unlimited, {"refresh_token": "A" * 70}, counts=("throttle",)
        ),
        f"{sessions}/second-factor": Call(make.second_step),
        f"POST {API}/activations": Call(make.to_activate),
        f"{sessions}/wechat": Call(make.wechat_user),
        f"{sessions}/vouched": Call(mine.ticket, changes=False),
        f"{sessions}/link-codes": Call(make.to_get_link_code),
        f"{sessions}/linked": Call(make.to_link),
        f"{sessions}/qr": Call(mine.unlimited),
        news: Call(mine.to_fetch, changes=False),
        f"{news} (another's)": Call(mine.to_guess),
        token: Call(json={"service": "case-svc", "secret": own.SERVICE_SECRETS["case-svc"]}, changes=False),
        f"{token} (wrong secret)": Call(json={"service": "case-svc", "secret": "wrong"}),
    }


def of_oneself(make: Own) -> dict[str, Call]:
    messages, sessions, addresses = f"{MINE}/messages", f"{MINE}/sessions", f"{MINE}/addresses"
    one = f"{sessions}/{{session_id}}"
    exports, erasure, receipt = "/api/me/exports", "/api/me/erasure", "/api/erasures/{receipt}"
    qr = f"POST {API}/qr-log-ins"
    name = {"name": "新名称"}
    return {
        f"GET {MINE}": Call(make.account, reads=True),
        f"GET {MINE} (officer's)": Call(make.officer, reads=True),
        f"GET {MINE}/assurance": Call(make.assurance, reads=True),
        f"GET {MINE}/views": Call(make.viewed, reads=True),
        f"GET {messages}": Call(make.message, reads=True),
        f"GET {messages} (officer's)": Call(make.officers_message, reads=True),
        f"GET {messages}/unread": Call(make.unread, reads=True),
        f"PUT {messages}/read": Call(make.message_to_read),
        f"GET {addresses}": Call(make.address_book, reads=True),
        f"POST {addresses}": Call(json=make.PLACE),
        f"PUT {addresses}/{{address_id}}": Call(make.address, make.PLACE | {"county": "碑林区"}),
        f"PUT {addresses}/{{address_id}}/default": Call(make.second_address),
        f"DELETE {addresses}/{{address_id}}": Call(make.address),
        f"GET {MINE}/consents": Call(make.consents, reads=True),
        f"DELETE {MINE}/consents/{{client_id}}": Call(make.consent),
        f"POST {exports}": Call(make.no_export),
        f"GET {exports}": Call(make.exports, reads=True),
        f"GET {exports}/{{export_id}}": Call(make.export, reads=True),
        f"GET {exports}/{{export_id}}/download": Call(make.archive, reads=True),
        f"GET {erasure}/preview": Call(make.to_erase, reads=True),
        f"POST {erasure}": Call(make.to_erase),
        f"GET {erasure}": Call(make.erasure, reads=True),
        f"POST {erasure}/cancel": Call(make.erasure),
        f"GET {receipt}": Call(make.receipt, reads=True),
        f"GET {receipt} (another receipt)": Call(make.another_receipt),
        f"GET {receipt}/document": Call(make.receipt, reads=True),
        f"GET {sessions}": Call(make.sessions, reads=True),
        f"GET {sessions} (officer's)": Call(make.officers_sessions, reads=True),
        f"PATCH {one}": Call(make.session, name),
        f"PATCH {one} (officer's)": Call(make.officers_session, name),
        f"DELETE {one}": Call(make.session),
        f"DELETE {one} (officer's)": Call(make.officers_session),
        f"DELETE {sessions}": Call(make.sole_session),
        f"GET {MINE}/links": Call(make.links, reads=True),
        f"POST {MINE}/links": Call(make.unlinked),
        f"DELETE {MINE}/links/{{link_id}}": Call(make.link),
        f"{qr}/scans": Call(make.to_scan),
        f"{qr}/{{log_in_id}}/confirm": Call(make.scanned),
        f"{qr}/{{log_in_id}}/refuse": Call(make.scanned),
        f"POST {API}/face-checks": Call(make.unlimited, {}),
        f"POST {API}/face-checks/{{check_id}}/result": Call(make.face_check, reads=True),
        f"GET {MINE}/scopes": Call(make.own_scopes, reads=True),
        f"GET {MINE}/duty": Call(make.own_duty, reads=True),
        f"GET {MINE}/trusted-devices": Call(make.devices, reads=True),
        f"DELETE {MINE}/trusted-devices/{{device_id}}": Call(make.device),
        f"GET {MINE}/second-factor": Call(make.enrolled, reads=True),
        f"POST {MINE}/second-factor": Call(make.to_enrol),
        f"POST {MINE}/second-factor/confirmation": Call(make.proposed),
        f"POST {MINE}/second-factor/recovery-codes": Call(make.confirmed),
    }


def mandates(make: Own) -> dict[str, Call]:
    all_of_them = f"{API}/mandates"
    one = f"{all_of_them}/{{mandate_id}}"
    return {
        f"POST {all_of_them}": Call(make.to_offer),
        f"POST {all_of_them} (for the company)": Call(make.to_appoint),
        f"GET {all_of_them}": Call(make.listed_mandate, reads=True),
        "GET /internal/mandates": Call(make.named_mandate, reads=True, asker="case-svc"),
        f"GET {one}": Call(make.active, reads=True),
        f"GET {one} (offered)": Call(make.offered, reads=True),
        f"GET {one} (a ward's)": Call(make.ward_to_see, reads=True),
        f"POST {one}/accept": Call(make.offered),
        f"POST {one}/decline": Call(make.offered),
        f"POST {one}/revoke": Call(make.active),
        f"POST {API}/acting": Call(make.to_act_by, reads=True),
        f"POST {API}/acting (for a ward)": Call(make.ward, reads=True),
        f"POST {API}/wards": Call(make.child),
        f"POST {API}/window-wards": Call(make.adult_at_window),
        f"POST {API}/window-checks": Call(make.at_window),
    }


def at_work(make: Work) -> dict[str, Call]:
    officers, one = f"{API}/officers", f"{API}/officers/{{officer_id}}"
    scope = f"{one}/scopes/{{scope_id}}"
    clients, client = f"{API}/clients", f"{API}/clients/{{client_id}}"
    new_client = {"version": 1, "name": "另一名称"}
    line_by_line = {"refused_with": (422,)}
    return {
        f"GET {officers}": Call(make.officers, reads=True),
        f"GET {one}": Call(make.officer, reads=True),
        f"PATCH {one}": Call(make.to_transfer),
        f"PATCH {one} (to another department)": Call(make.to_transfer_out),
        f"PATCH {one} (rank)": Call(make.to_promote),
        f"PATCH {one} (supervisor's own)": Call(make.supervisors_own_post),
        f"POST {officers}": Call(make.to_create),
        f"POST {one}/activation-code": Call(make.not_activated),
        f"DELETE {one}/second-factor": Call(make.with_factor),
        f"DELETE {one}/second-factor (operator's own)": Call(make.operators_own_factor),
        f"GET {one}/scopes": Call(make.scopes, reads=True),
        f"POST {one}/scopes": Call(make.to_assign),
        f"POST {one}/scopes (another department's unit)": Call(make.to_assign_elsewhere),
        f"POST {one}/scopes (as supervisor)": Call(make.to_make_supervisor),
        f"DELETE {scope}": Call(make.to_withdraw),
        f"DELETE {scope} (another department's unit)": Call(make.to_withdraw_elsewhere),
        f"GET {API}/officer-sheets/template": Call(shown("PK"), reads=True),
        f"POST {API}/officer-sheets": Call(make.transfer_sheet),
        f"POST {API}/officer-sheets (new officer)": Call(make.creation_sheet),
        f"GET {API}/duty": Call(make.roster, reads=True),
        f"POST {API}/duty": Call(make.to_plan, **line_by_line),
        f"POST {API}/duty/sheet": Call(make.duty_sheet, **line_by_line),
        f"DELETE {API}/duty/{{shift_id}}": Call(make.shift),
        f"GET {clients}": Call(make.clients, reads=True),
        f"POST {clients}": Call(make.to_register),
        f"GET {client}": Call(make.client, reads=True),
        f"PATCH {client}": Call(make.client, new_client),
        f"POST {client}/secret": Call(make.client, {}),
        "GET /internal/accounts/{account_id}": Call(make.known_person, reads=True, asker="case-svc"),
        "GET /internal/addresses/{account_id}/{address_id}": Call(
            make.own.kept_address, reads=True, asker="case-svc"
        ),
        "GET /internal/accounts/{account_id}/name": Call(make.known_name, reads=True, asker="payment-svc"),
        "GET /internal/accounts/{account_id}/openids": Call(make.openid, reads=True, asker="payment-svc"),
        "GET /internal/duty": Call(make.on_duty, reads=True),
        "GET /internal/revocations": Call(make.revoked, reads=True),
        "POST /internal/audit-heads": Call(make.new_head, asker="case-svc"),
        "GET /internal/audit-heads": Call(make.kept_head, reads=True, asker="case-svc"),
        **for_operators("identity-svc", make.identity.running),
    }


def ends(make: Own) -> dict[str, Call]:
    """What takes from callers what other rows need: tried last."""
    return {
        f"POST {API}/real-name": Call(make.unnamed),
        f"PUT {API}/password": Call(make.password),
        f"DELETE {API}/sessions/current": Call(),
    }


def calls(people: People) -> dict[str, Call]:
    mine = Own(people)
    work = Work(people, mine)
    return doors(work, mine) | of_oneself(mine) | mandates(mine) | at_work(work) | ends(mine)


@pytest.fixture
async def people(start_identity, tokens) -> AsyncIterator[People]:
    identity = await start_identity()
    verifier = identity.running.service.verifier
    verifier._fetch_keys, verifier._keys = tokens.key_set, None  # this service alone verifies with its own
    found = People(identity, Cast(tokens, stranger=("BL-JIAOJING", "JIAOJING")))
    await found.come()
    yield found


@pytest.fixture
def trial(people: People) -> Trial:
    return Trial(people.identity.running, people.tokens, (*SECRETS, EXPORTED, REASON))


async def test_who_is_turned_away_learns_and_changes_nothing(people, trial, subtests) -> None:
    for row, call in each(ROWS, calls(people)).items():
        with subtests.test(row):
            assert not await trial.denied(row, call, ROWS[row])


async def test_who_may_gets_it_done(people, trial, subtests) -> None:
    for row, call in each(ROWS, calls(people)).items():
        with subtests.test(row):
            assert not await trial.allowed(row, call, ROWS[row])
