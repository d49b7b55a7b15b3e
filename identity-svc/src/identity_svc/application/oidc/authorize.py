"""From a client's request to its answer: what to ask the person next, until the code can be given."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.jobs import Begin

from ...domain.oidc.answers import with_query
from ...domain.oidc.authorization import Asked, Flow, read_asked
from ...domain.oidc.browser import browser_hash
from ...domain.oidc.clients import Client
from ...domain.oidc.errors import FlowGone, OAuthError, RequestRefused
from ...domain.oidc.interaction import WITHOUT_ASKING, Seat, Step, next_step
from .give_code import GiveCode
from .ports import Clients, Flows, Seats
from .sign_tokens import SignTokens

FLOW_LIFETIME: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Visitor:
    """A browser: its own mark, and the session its cookie claims, with the proof."""

    browser: str
    session: tuple[UUID, bytes] | None = None


@dataclass(frozen=True, slots=True)
class Leave:
    """The browser goes back to the client."""

    url: str
    client: Client


@dataclass(frozen=True, slots=True)
class Ask:
    """The person is asked something first."""

    flow_id: str
    step: Step


@dataclass(frozen=True, slots=True)
class Position:
    """Where a log-in under way stands. `step` is what comes next."""

    flow: Flow
    client: Client
    seat: Seat | None
    step: Step


class Authorize:
    def __init__(
        self,
        begin: Begin,
        clients: Clients,
        flows: Flows,
        seats: Seats,
        tokens: SignTokens,
        give_code: GiveCode,
    ) -> None:
        self._begin = begin
        self._clients = clients
        self._flows = flows
        self._seats = seats
        self._tokens = tokens
        self._give_code = give_code

    async def begin(self, sent: Mapping[str, str], repeated: bool, visitor: Visitor) -> Leave | Ask:
        """Raises RequestRefused where nobody may be redirected: client or address are not known to belong together."""
        async with self._begin() as uow:
            client = await self._client(uow, sent)
            try:
                if repeated:
                    raise OAuthError("invalid_request", "a parameter came twice")
                asked = read_asked(client, sent, await self._expected_sub(client, sent))
            except OAuthError as error:
                return self._refused(client, sent["redirect_uri"], sent.get("state"), error)
            return await self._ask_or_leave(uow, asked, client, visitor)

    async def where(self, uow: UnitOfWork, flow_id: str, visitor: Visitor) -> Position:
        """Raises FlowGone."""
        flow = await self._flows.find(uow, flow_id, browser_hash(visitor.browser))
        client = await self._clients.by_id(uow, flow.asked.client_id) if flow else None
        if flow is None or client is None or not client.data.active:
            raise FlowGone
        seat = await self.seat(uow, visitor, client)
        return Position(flow, client, seat, next_step(flow, client, seat, now()))

    async def go_on(self, flow_id: str, visitor: Visitor) -> Leave | Ask:
        """The next question, or the code. Raises FlowGone."""
        async with self._begin() as uow:
            at = await self.where(uow, flow_id, visitor)
            if at.step is not Step.GIVE_CODE or at.seat is None:
                return Ask(flow_id, at.step)
            if not await self._flows.close(uow, flow_id):
                raise FlowGone
            url = await self._give_code(uow, at.flow.asked, at.client, at.seat)
            if url is None:
                raise FlowGone
            return Leave(url, at.client)

    async def refuse(self, uow: UnitOfWork, at: Position) -> Leave:
        """The person said no."""
        await self._flows.close(uow, at.flow.id)
        error = OAuthError("access_denied", "the user did not agree")
        return self._refused(at.client, at.flow.asked.redirect_uri, at.flow.asked.state, error)

    async def seat(self, uow: UnitOfWork, visitor: Visitor, client: Client | None = None) -> Seat | None:
        """Who is logged in in this browser."""
        if visitor.session is None:
            return None
        return await self._seats.find(uow, *visitor.session, client)

    async def _client(self, uow: UnitOfWork, sent: Mapping[str, str]) -> Client:
        client = await self._clients.by_id(uow, sent.get("client_id", ""))
        if client is None or not client.data.active:
            raise RequestRefused(
                "发起登录的系统没有在本平台登记，或已停用（client_id）。请联系该系统的管理方。",
                "The system that sent you here is not registered with the platform, or was disabled (client_id). "
                "Tell those who run it.",
            )
        if sent.get("redirect_uri", "") not in client.data.redirect_uris:
            raise RequestRefused(
                f"“{client.data.name}”的回调地址与登记的不一致（redirect_uri）。请联系该系统的管理方。",
                f"{client.data.name_en} sent an address to return to that it has not registered (redirect_uri). "
                "Tell those who run it.",
            )
        return client

    async def _expected_sub(self, client: Client, sent: Mapping[str, str]) -> str | None:
        hint = sent.get("id_token_hint")
        if hint is None:
            return None
        claims = await self._tokens.read_id_token(hint)
        if claims is None or claims["aud"] != client.id:
            raise OAuthError("invalid_request", "id_token_hint is not an ID token that this client was given")
        return str(claims["sub"])

    async def _ask_or_leave(
        self, uow: UnitOfWork, asked: Asked, client: Client, visitor: Visitor
    ) -> Leave | Ask:
        seat = await self.seat(uow, visitor, client)
        moment = now()
        flow = Flow(secrets.token_urlsafe(16), asked, moment)
        step = next_step(flow, client, seat, moment)
        if step is Step.GIVE_CODE and seat is not None:
            url = await self._give_code(uow, asked, client, seat)
            if url is not None:
                return Leave(url, client)
            step = Step.LOG_IN
        if "none" in asked.prompts:
            error = OAuthError(*WITHOUT_ASKING[step])
            return self._refused(client, asked.redirect_uri, asked.state, error)
        mark = browser_hash(visitor.browser)
        await self._flows.open(uow, flow.id, asked, mark, moment, moment + FLOW_LIFETIME)
        return Ask(flow.id, step)

    def _refused(self, client: Client, redirect_uri: str, state: str | None, error: OAuthError) -> Leave:
        url = with_query(
            redirect_uri,
            error=error.error,
            error_description=error.description,
            state=state,
            iss=self._tokens.issuer,
        )
        return Leave(url, client)
