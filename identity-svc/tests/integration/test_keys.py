"""Signing keys: published before they sign, kept while their tokens live, sealed at rest."""

import asyncio
import base64
import json
from datetime import timedelta
from uuid import uuid4

import pytest
from chassis.auth.verifier import TokenVerifier
from chassis.clock import now
from chassis.problems import Unauthorized


async def rotate(identity):
    """The recurring job, now; and this process looks at the keys anew."""
    async with identity.running.uow() as uow:
        uow.enqueue("identity.rotate_keys", "recurring")
    await identity.running.run_jobs()
    await identity.running.service.state.menu.key_ring.reload()


async def time_passes(identity, interval):
    await identity.sql(
        "UPDATE signing_key SET signs_from = signs_from - $1::interval, forget_at = forget_at - $1::interval",
        interval,
    )
    await identity.running.service.state.menu.key_ring.reload()


class OtherService:
    """Another service's verifier, which asks over HTTP and keeps what it got."""

    def __init__(self, identity):
        self._client = identity.client
        self._verifier = TokenVerifier(self._fetch)
        self.fetches = 0

    async def _fetch(self):
        self.fetches += 1
        return (await self._client.get("/.well-known/jwks.json")).json()

    async def verify(self, token):
        return await self._verifier.verify(token)


def kid_of(token):
    header = token.split(".")[0]
    return json.loads(base64.urlsafe_b64decode(header + "=="))["kid"]


async def mint(identity):
    return await identity.running.service.state.menu.issue_service_token("case-svc", "the-secret-of-case-svc")


async def test_the_key_set_is_public_and_may_be_kept(identity):
    answer = await identity.client.get("/.well-known/jwks.json")

    assert answer.headers["cache-control"] == "public, max-age=300"
    assert answer.headers["content-type"] == "application/jwk-set+json"
    [key] = answer.json()["keys"]
    assert set(key) == {"kty", "n", "e", "kid", "use", "alg"} and key["alg"] == "RS256"
    again = await identity.client.get(
        "/.well-known/jwks.json", headers={"If-None-Match": answer.headers["etag"]}
    )
    assert again.status_code == 304


async def test_a_second_start_keeps_the_key(start_identity):
    first = await start_identity()
    second = await start_identity(first.running.service.settings.database_url)
    assert (await first.client.get("/.well-known/jwks.json")).json() == (
        await second.client.get("/.well-known/jwks.json")
    ).json()


async def test_rotation_leaves_no_gap_for_an_old_or_a_new_key_set(identity):
    before = await mint(identity)
    await time_passes(identity, timedelta(days=30))
    await rotate(identity)
    still_old = await mint(identity)
    assert kid_of(still_old) == kid_of(before), "published, but does not sign yet"
    keeps_old_set = OtherService(identity)
    await keeps_old_set.verify(still_old)

    await time_passes(identity, timedelta(seconds=301))
    successor = await mint(identity)
    assert kid_of(successor) != kid_of(before)
    fetches_new_set = OtherService(identity)
    for verifier in (keeps_old_set, fetches_new_set):
        for token in (before, still_old, successor):
            await verifier.verify(token)
    assert keeps_old_set.fetches == fetches_new_set.fetches == 1

    await time_passes(identity, timedelta(seconds=700))
    await rotate(identity)
    [left] = (await identity.client.get("/.well-known/jwks.json")).json()["keys"]
    assert left["kid"] == kid_of(successor), "the last token of the old key has expired"
    with pytest.raises(Unauthorized):
        await OtherService(identity).verify(still_old)


async def test_a_new_key_is_published_a_key_set_lifetime_before_it_signs(identity):
    await time_passes(identity, timedelta(days=30))
    moment = now()
    await rotate(identity)
    [row] = await identity.sql("SELECT signs_from FROM signing_key WHERE forget_at IS NULL")
    assert row["signs_from"] >= moment + timedelta(seconds=300)


async def test_rotation_waits_for_its_time_and_makes_one_key(identity):
    for _ in range(2):
        await rotate(identity)
    assert len(await identity.sql("SELECT 1 FROM signing_key")) == 1
    await time_passes(identity, timedelta(days=30))
    for _ in range(2):
        await rotate(identity)
    assert len(await identity.sql("SELECT 1 FROM signing_key")) == 2


async def test_instances_starting_at_once_make_one_key(start_identity):
    first = await start_identity()
    await first.sql("DELETE FROM signing_key")
    url = first.running.service.settings.database_url
    await asyncio.gather(*(start_identity(url) for _ in range(3)))
    assert len(await first.sql("SELECT 1 FROM signing_key")) == 1


async def test_private_keys_are_sealed(identity):
    [row] = await identity.sql("SELECT * FROM signing_key")
    assert row["private_key"][:1] == b"\x01" and b"PRIVATE KEY" not in row["private_key"]
    assert "d" not in row["public_jwk"]


async def test_a_wrong_data_key_stops_the_start(start_identity):
    first = await start_identity()
    other = "other:" + base64.b64encode(b"x" * 32).decode()
    with pytest.raises(RuntimeError, match="restore them in DATA_KEYS"):
        await start_identity(first.running.service.settings.database_url, data_keys=other)


async def test_without_data_keys_the_service_refuses_to_start(start_identity):
    with pytest.raises(RuntimeError, match="DATA_KEYS"):
        await start_identity(data_keys=None)


async def test_a_token_of_a_foreign_key_is_refused(identity, tokens):
    assert (await identity.get("/me", tokens.citizen(uuid4()))).status_code == 401


async def test_the_key_set_is_for_every_page_and_known_by_any_form_of_its_tag(identity):
    first = await identity.client.get("/.well-known/jwks.json")
    assert first.headers["access-control-allow-origin"] == "*"
    tag = first.headers["etag"]
    for given in (tag, f"W/{tag}", f'"other", W/{tag}', "*"):
        again = await identity.client.get("/.well-known/jwks.json", headers={"If-None-Match": given})
        assert (again.status_code, again.content) == (304, b""), given
    other = await identity.client.get("/.well-known/jwks.json", headers={"If-None-Match": '"other"'})
    assert other.status_code == 200
