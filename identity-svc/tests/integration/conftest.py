"""People with accounts, for the tests of mandates."""

from datetime import timedelta

import pytest
from chassis.clock import SHANGHAI, now
from chassis.testing import bearer

FAR = (now().astimezone(SHANGHAI) + timedelta(days=300)).date().isoformat()


class Somebody:
    """An account with its phone, and what it does about mandates."""

    def __init__(self, identity, phone, registered):
        self.identity, self.phone = identity, phone
        self.id = registered["account"]["account_id"]
        self.session = registered["session"]
        self.token = registered["session"]["access_token"]
        self.name = None

    async def verified(self, name, id_number):
        answer = await self.identity.post("/real-name", {"name": name, "id_number": id_number}, self.token)
        assert answer.status_code == 200, answer.text
        self.name, self.id_number, self.token = name, id_number, answer.json()["access_token"]
        return self

    async def offers(self, phone, name, **more):
        body = {"agent_phone": phone, "agent_name": name, "until": FAR, **more}
        return await self.identity.post("/mandates", body, self.token)

    async def does(self, what, mandate_id, version=None):
        headers = bearer(self.token) | ({"If-Match": f'"{version}"'} if version else {})
        return await self.identity.client.post(f"/api/identity/mandates/{mandate_id}/{what}", headers=headers)

    async def acts(self, mandate_id):
        return await self.identity.post("/acting", {"mandate_id": mandate_id}, self.token)

    async def mandates(self, **query):
        answer = await self.identity.get("/mandates", self.token, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]

    async def acting(self, mandate_id):
        """The claims of a token to act by it."""
        answer = await self.acts(mandate_id)
        assert answer.status_code == 200, answer.text
        return await self.claims(answer.json()["access_token"])

    async def claims(self, token):
        return (await self.identity.running.service.verifier.verify(token)).claims

    async def told(self):
        messages = (await self.identity.get("/me/messages", self.token)).json()["items"]
        return [message["kind"] for message in messages if message["kind"].startswith("mandate")]


@pytest.fixture
def join(identity, another_phone, another_id_number):
    async def joined(name=None, phone=None, **fields):
        phone = phone or another_phone()
        somebody = Somebody(identity, phone, await identity.register(phone, **fields))
        return await somebody.verified(name, another_id_number()) if name else somebody

    return joined


@pytest.fixture
def newcomer(identity):
    """An account of this phone, whose holder nobody knows yet."""

    async def registered(phone):
        return Somebody(identity, phone, await identity.register(phone))

    return registered
