"""The secret of SF's push address: two are good while one takes the other's place, everywhere, without a restart."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from chassis.clock import now
from chassis.testing import bearer, running
from contracts.tokens import Role
from courier_svc.application import push_secrets
from courier_svc.bootstrap import build

PATH = "/api/partner/parcels/keys"
PUSH = (
    b'{"Body":{"WaybillRoute":[{"id":"1","mailno":"SF0000000000001","orderid":"unknown","opCode":"80",'
    b'"acceptTime":"2026-11-22 18:30:59"}]}}'
)


@pytest.fixture(autouse=True)
def looks_each_time(monkeypatch):
    """What the two seconds between looks cost is time, which tests do not wait for."""
    monkeypatch.setattr(push_secrets, "LOOK_EVERY_SECONDS", 0.0)


class Engineer:
    def __init__(self, svc: Any, partner: str = "sf") -> None:
        self.svc = svc
        self.headers = bearer(svc.tokens.mint(uuid4(), (Role.PARTNER,), partner=partner))

    async def keys(self) -> list[dict[str, Any]]:
        answer = await self.svc.client.get(PATH, headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]

    async def post(self, path: str = "", body: Any = None) -> Any:
        return await self.svc.client.post(PATH + path, json=body, headers=self.headers)

    async def issue(self, **body: Any) -> dict[str, Any]:
        answer = await self.post(body=body)
        assert answer.status_code == 201, answer.text
        return answer.json()


async def pushed(svc: Any, address: str) -> int:
    return (await svc.client.post(address, content=PUSH)).status_code


@pytest.fixture
def sf(svc):
    return Engineer(svc)


@pytest.fixture
def configured(keys):
    return f"/webhooks/courier/sf/{(keys / 'sf-push.secret').read_text().strip()}"


async def ends(svc: Any, key_id: str, ago: timedelta) -> None:
    await svc.service.pool.execute("UPDATE push_key SET ends_at = $2 WHERE id = $1", key_id, now() - ago)


async def test_old_and_new_are_accepted_until_the_date_and_then_the_new_alone(svc, sf, configured):
    assert [one["state"] for one in await sf.keys()] == ["valid"]
    made = await sf.issue(old_until=(now() + timedelta(days=3)).isoformat())
    assert await pushed(svc, configured) == await pushed(svc, made["address"]) == 200
    new, old = await sf.keys()
    assert (new["source"], new["state"], new["ends_at"]) == ("issued", "valid", None)
    assert (old["source"], old["state"]) == ("configured", "ending")

    await ends(svc, old["id"], timedelta(seconds=1))
    assert await pushed(svc, configured) == 401
    assert await pushed(svc, made["address"]) == 200
    assert [one["state"] for one in await sf.keys()] == ["valid", "ended"]


async def test_every_instance_knows_a_key_and_its_end_without_a_restart(svc, sf, tokens, addresses, saved):
    other_service = build(svc.service.settings, addresses=addresses, saved=saved)
    async with running(other_service, tokens) as other:
        made = await sf.issue()
        assert await pushed(other, made["address"]) == 200
        await sf.issue()
        assert (await sf.post(f"/{made['key']['id']}/revoke")).status_code == 204
        assert await pushed(other, made["address"]) == await pushed(svc, made["address"]) == 401


async def test_between_two_looks_a_flood_asks_nothing_of_the_database(svc, monkeypatch):
    monkeypatch.setattr(push_secrets, "LOOK_EVERY_SECONDS", 3600.0)
    assert await pushed(svc, f"/webhooks/courier/sf/{'0' * 43}") == 401
    secrets = svc.service.state.desk.carriers.by_name["sf"].secrets

    def fails() -> Any:
        raise AssertionError("looked again")

    for _ in range(100):
        await secrets.look(fails)


async def test_the_secret_is_shown_once_and_kept_nowhere(svc, sf):
    made = await sf.issue()
    secret = made["address"].rsplit("/", 1)[1]
    assert len(secret) == 43
    for table in ("push_key", "audit_log", "idempotency_key"):
        rows = await svc.service.pool.fetch(f"SELECT t::text AS says FROM {table} t")
        assert not [row for row in rows if secret in row["says"]]
    assert secret not in str(await sf.keys())
    (said,) = await svc.service.pool.fetch("SELECT * FROM audit_log WHERE action = 'partner.issue_key'")
    assert said["subject"] == made["key"]["id"]


async def test_the_last_key_stays_and_no_more_than_four_are_good(svc, sf):
    first = await sf.issue()
    last = await sf.post(f"/{first['key']['id']}/revoke")
    assert (last.status_code, last.json()["type"]) == (409, "/problems/last-push-key")
    for _ in range(2):
        await sf.issue()
    many = await sf.post(body={})
    assert (many.status_code, many.json()["type"]) == (409, "/problems/too-many-push-keys")
    for _ in range(2):
        assert (await sf.post(f"/{first['key']['id']}/revoke")).status_code == 204
    await sf.issue()


@pytest.mark.parametrize("days", [-1, 91])
async def test_the_overlap_is_bounded(sf, days):
    answer = await sf.post(body={"old_until": (now() + timedelta(days=days)).isoformat()})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/overlap-too-long")


async def test_another_courier_has_no_keys_here_and_touches_none(svc, sf):
    made = await sf.issue()
    ems = Engineer(svc, "ems")
    assert (await svc.client.get(PATH, headers=ems.headers)).json() == {"issued_here": False, "items": []}
    for path in ("", f"/{made['key']['id']}/revoke"):
        refused = await ems.post(path, {})
        assert (refused.status_code, refused.json()["type"]) == (409, "/problems/key-not-issued-here")
    stranger = Engineer(svc, "bank")
    assert (await stranger.post(body={})).status_code == 404
    assert await pushed(svc, made["address"]) == 200
