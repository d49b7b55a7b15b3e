"""What officers need, made just before the operation is tried: factors, assignments, shifts, activation codes."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
from chassis.clock import now
from chassis.ids import uuid7
from chassis.testing.fuzzing import Held
from contracts.tokens import Role
from identity_svc.channels.spreadsheet import write_csv
from identity_svc.domain.factors import recovery, totp
from identity_svc.domain.factors.devices import new_token
from identity_svc.domain.officers import Officer, Post
from identity_svc.persistence.activations import SqlActivations

from .people import BADGES, PASSWORD

SECRET = b"the secret of tests."


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
