"""Limits count citizens: by the address the gateway tells, and nobody else's word is taken for it."""

import httpx2
import pytest
from chassis.cli import server_options
from identity_svc.settings import IdentitySettings
from pydantic import ValidationError
from uvicorn import Config

GATEWAY = "172.18.0.9"
STRANGER = "198.51.100.7"


@pytest.fixture
async def identity(start_identity):
    return await start_identity(trusted_proxies="172.16.0.0/12", codes_per_address_hour=2)


def served_to(identity, peer):
    """What a peer at this address sees of the service as uvicorn serves it."""
    service = identity.running.service
    config = Config(identity.running.client._transport.app, **server_options(service.settings))
    config.load()
    transport = httpx2.ASGITransport(app=config.loaded_app, client=(peer, 40000))
    return httpx2.AsyncClient(transport=transport, base_url="http://service.test")


async def ask(client, phone, forwarded=None):
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    body = {"phone": phone, "purpose": "login"}
    return (await client.post("/api/identity/codes", json=body, headers=headers)).status_code


async def test_citizens_behind_the_gateway_are_counted_apart(identity, another_phone):
    async with served_to(identity, GATEWAY) as gateway:
        for citizen in ("203.0.113.1", "203.0.113.2"):
            answers = [await ask(gateway, another_phone(), citizen) for _ in range(3)]
            assert answers == [202, 202, 429], citizen


async def test_whoever_is_no_gateway_cannot_choose_an_address(identity, another_phone):
    async with served_to(identity, STRANGER) as stranger:
        answers = [await ask(stranger, another_phone(), f"203.0.113.{n}") for n in range(3)]
    assert answers == [202, 202, 429]


async def test_a_strangers_tries_are_not_put_on_the_address_they_name(identity, another_phone):
    async with served_to(identity, STRANGER) as stranger, served_to(identity, GATEWAY) as gateway:
        for _ in range(3):
            await ask(stranger, another_phone(), "203.0.113.1")
        assert await ask(gateway, another_phone(), "203.0.113.1") == 202


async def test_without_a_forwarded_address_the_peer_itself_is_counted(identity, another_phone):
    async with served_to(identity, GATEWAY) as gateway:
        assert [await ask(gateway, another_phone()) for _ in range(3)] == [202, 202, 429]


@pytest.mark.parametrize("networks", ["the gateway", "172.18.0.9/12", "10.0.0.0/8,nonsense"])
def test_what_is_no_network_is_refused_at_the_start(networks):
    needed = {"database_url": "postgresql://nowhere/none", "kafka_bootstrap": "nowhere:9092"}
    with pytest.raises(ValidationError, match="trusted_proxies"):
        IdentitySettings(**needed, trusted_proxies=networks)
