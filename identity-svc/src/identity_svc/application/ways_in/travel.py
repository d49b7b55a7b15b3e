"""Going to a provider's own page and coming back with its word, in one and the same browser."""

import base64
import binascii
import hmac
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import orjson
from chassis.jobs import Begin
from chassis.problems import Problem
from chassis.sealing import SealBroken, Sealer

from ...domain.ways_in.errors import ReturnStale, VouchingRefused, WayNotOffered
from ...domain.ways_in.journey import Journey
from ...domain.ways_in.vouched import Provider
from ..attempts import Attempts
from .ports import Destination, Tickets

_AAD = b"way-in-journey"
_LONGEST = 4096


@dataclass(frozen=True, slots=True)
class Returned:
    """`ticket` is for this browser alone; where there is none, `problem` says why."""

    return_to: str
    ticket: str | None
    problem: Problem | None = None


class Travel:
    """A journey is sealed into a cookie: whoever comes back without it did not set out here, or set out for another.

    `public_url`, without a slash at its end, is where browsers and providers know us.
    """

    def __init__(
        self,
        begin: Begin,
        destinations: Mapping[Provider, Destination],
        tickets: Tickets,
        attempts: Attempts,
        sealer: Sealer,
        public_url: str,
    ) -> None:
        self._begin = begin
        self._destinations = destinations
        self._tickets = tickets
        self._attempts = attempts
        self._sealer = sealer
        self._public_url = public_url

    @property
    def offered(self) -> list[Provider]:
        return list(self._destinations)

    async def begin(self, provider: str, return_to: str) -> tuple[str, str]:
        """The provider's page to go to, and what this browser has to keep. Raises WayNotOffered, ProviderDown."""
        destination = self._destination(provider)
        journey = Journey.begin(Provider(provider), return_to, int(time.time()))
        address = await destination.address(journey, self._return_uri(journey.provider))
        sealed = self._sealer.seal(orjson.dumps(asdict(journey)), _AAD)
        return address, base64.urlsafe_b64encode(sealed).decode()

    async def come_back(
        self, provider: str, kept: str | None, answer: Mapping[str, str], address: str
    ) -> Returned:
        """What `answer`, the query that the provider sent along, is worth. Raises ReturnStale, WayNotOffered."""
        destination, journey = self._destination(provider), self._journey(kept)
        right = journey is not None and hmac.compare_digest(
            journey.state.encode(), answer.get("state", "").encode()
        )
        if journey is None or not right or journey.provider != provider or journey.is_over(int(time.time())):
            raise ReturnStale
        try:
            if "error" in answer or not answer.get("code"):
                raise VouchingRefused(provider)
            ticket = await self._exchange(destination, journey, answer, address)
        except Problem as problem:
            return Returned(journey.return_to, None, problem)
        return Returned(journey.return_to, ticket)

    async def _exchange(
        self, destination: Destination, journey: Journey, answer: Mapping[str, str], address: str
    ) -> str:
        tries = self._attempts.at_provider(address)
        async with self._begin() as uow:
            await self._attempts.take(uow, tries)
        vouched = await destination.vouch(journey, self._return_uri(journey.provider), answer)
        async with self._begin() as uow:
            await self._attempts.give_back(uow, tries)
            return await self._tickets.issue(uow, vouched)

    def _destination(self, provider: str) -> Destination:
        found = next((one for name, one in self._destinations.items() if name == provider), None)
        if found is None:
            raise WayNotOffered
        return found

    def _return_uri(self, provider: Provider) -> str:
        return f"{self._public_url}/api/identity/ways/{provider}/return"

    def _journey(self, kept: str | None) -> Journey | None:
        if kept is None or len(kept) > _LONGEST:
            return None
        try:
            plain = orjson.loads(self._sealer.open(base64.urlsafe_b64decode(kept.encode()), _AAD))
        except (SealBroken, binascii.Error, ValueError):
            return None
        return Journey(**(plain | {"provider": Provider(plain["provider"])}))
