"""Whoever is not let in cost the same work: one verification, whether they exist or not."""

import contextlib
from datetime import timedelta
from uuid import uuid4

import pytest
from contracts.tokens import Role
from identity_svc.application.attempts import AttemptLimits, Attempts
from identity_svc.application.hash_passwords import Passwords
from identity_svc.application.log_in import LogIn
from identity_svc.application.recognise import Recognise
from identity_svc.application.strangers import Strangers
from identity_svc.domain.accounts import Credentials, Subject
from identity_svc.domain.devices import Client
from identity_svc.domain.errors import LoginRefused
from identity_svc.domain.limits import Limit

ANY = Limit(1000, timedelta(seconds=1))


class CountingPasswords(Passwords):
    """The real thing at little cost, counting what it is asked."""

    def __init__(self):
        super().__init__(memory_kib=64, passes=1)
        self.verified = 0

    async def verify(self, password_hash, password):
        self.verified += 1
        return await super().verify(password_hash, password)


class People:
    """Plays accounts and officers: identifier → credentials."""

    def __init__(self, **known):
        self._known = known
        self.asked = 0

    async def credentials_by_phone(self, uow, identifier):
        self.asked += 1
        return self._known.get(identifier)

    credentials_by_badge = credentials_by_phone


class Nowhere:
    """Plays places and devices: nobody is known."""

    def __init__(self):
        self.asked = 0

    async def knows(self, uow, place_hash):
        self.asked += 1
        return False

    async def trusts(self, uow, officer_id, token):
        self.asked += 1
        return False


class FreeThrottle:
    def __init__(self):
        self.taken = 0

    async def take(self, uow, allowances):
        self.taken += len(allowances)

    async def give_back(self, uow, allowances):
        self.taken -= len(allowances)


@contextlib.asynccontextmanager
async def begin():
    yield None


class Desk:
    def __init__(self, passwords, **known):
        self.passwords, self.people, self.throttle = passwords, People(**known), FreeThrottle()
        attempts = Attempts(self.throttle, str.encode, AttemptLimits(ANY, ANY, ANY, ANY, ANY))
        self.places = Nowhere()
        recognise = Recognise(self.places, self.places, str.encode)
        strangers = Strangers(begin, self.throttle, str.encode)
        self.log_in = LogIn(
            begin, self.people, self.people, passwords, attempts, recognise, strangers, None, None, None
        )

    @property
    def work(self):
        return self.people.asked, self.places.asked, self.passwords.verified, self.throttle.taken


@pytest.mark.parametrize("way", ["by_phone_and_password", "by_badge_and_password"])
async def test_refusing_takes_the_same_work_for_everybody(way):
    works = []
    for kind in ("unknown", "known", "without_password"):
        passwords = CountingPasswords()
        subject = Subject(uuid4(), is_officer=False, roles=(Role.CITIZEN,))
        known = {
            "known": Credentials(subject, await passwords.hash("correct horse")),
            "without_password": Credentials(subject, None),
        }
        desk = Desk(passwords, **known)
        with pytest.raises(LoginRefused):
            await getattr(desk.log_in, way)(None, kind, "wrong horse", Client("192.0.2.1"))
        works.append(desk.work)
    assert works[0] == works[1] == works[2] == (1, 1, 1, 3)
