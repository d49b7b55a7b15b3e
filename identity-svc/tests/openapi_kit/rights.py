"""What people have given each other, and asked for: mandates, consents, an export, an erasure."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx2
from chassis.clock import now
from chassis.ids import uuid7
from chassis.testing import bearer
from chassis.testing.fuzzing import Held
from contracts.tokens import Role
from identity_svc.domain.demo import CITIZEN
from identity_svc.domain.mandates.mandate import Kind, Mandate, Scope, State
from identity_svc.domain.oidc.clients import Scope as ClientScope
from identity_svc.domain.people.erasure import Erasure, ErasureState

from .people import UNTIL, citizen_id

RECEIPT = "a-receipt-of-the-tests-0000001"
CHILD = {"name": "王小宝", "id_number": "610102201503070012"}
PLACE = {
    "province": "陕西省", "city": "西安市", "county": "新城区", "address": "尚德路1号", "name": "赵小雨",
    "phone": "13800000000",
}  # fmt: skip
ADULT = {"name": "王老五", "id_number": "610102195003070018"}


def some_addresses(held: Held, client: httpx2.Client) -> list[str]:
    """In the citizen's book."""
    headers = bearer(held.callers[Role.CITIZEN])
    answers = [
        client.post("/me/addresses", json=PLACE | {"address": f"尚德路{number}号"}, headers=headers)
        for number in range(8)
    ]
    return [answer.json()["id"] for answer in answers]


def known_rights(
    held: Held, client: httpx2.Client, another_phone: Callable[[], str]
) -> dict[str, dict[str, list[Any]]]:
    """By operation and parameter."""
    mandates, addresses = some_mandates(held, client), some_addresses(held, client)
    export_id, receipt = held.do(ready_export(held)), held.do(open_erasure(held))
    offers = [{"agent_phone": another_phone(), "agent_name": "赵敏", "until": UNTIL} for _ in range(9)]
    found = {
        "POST /api/identity/mandates": {"body": offers},
        "POST /api/identity/wards": {"body": [{**CHILD, "until": UNTIL}]},
        "POST /api/identity/window-wards": {
            "body": [{**ADULT, "guardian_phone": CITIZEN.phone, "window": "W-XC-01", "until": UNTIL}]
        },
    }
    one = "/api/identity/me/addresses/{address_id}"
    found |= {
        "POST /api/identity/me/addresses": {"body": [PLACE]},
        f"PUT {one}": {"address_id": addresses[:2], "body": [PLACE | {"county": "碑林区"}]},
        f"PUT {one}/default": {"address_id": addresses[2:4]},
        f"DELETE {one}": {"address_id": addresses[4:]},
        "GET /internal/addresses/{account_id}/{address_id}": {"address_id": addresses[:2]},
    }
    for more in ("", "/download"):
        found[f"GET /api/me/exports/{{export_id}}{more}"] = {"export_id": [export_id]}
    for more in ("", "/document"):
        found[f"GET /api/erasures/{{receipt}}{more}"] = {"receipt": [receipt]}
    for method, rest in [("GET", ""), ("POST", "/accept"), ("POST", "/decline"), ("POST", "/revoke")]:
        found[f"{method} /api/identity/mandates/{{mandate_id}}{rest}"] = {"mandate_id": mandates[rest]}
    return found


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
