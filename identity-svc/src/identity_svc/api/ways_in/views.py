"""What clients of the other ways in send and get."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from ...application.open_session import IssuedTokens
from ...application.ways_in.enter import PhoneNeeded
from ...application.ways_in.handlers import WaysInDesk
from ...domain.personal import mask_phone
from ...domain.ways_in.errors import TicketInvalid
from ...domain.ways_in.vouched import TICKET_LIFETIME
from ..views import SessionView
from .browser import TICKET, cookie_of

ProviderCode = Annotated[str, StringConstraints(min_length=1, max_length=256, pattern=r"^[!-~]+$")]
Ticket = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]


async def _desk(request: Request) -> WaysInDesk:
    desk: WaysInDesk = request.app.state.ways_in
    return desk


async def _kept_ticket(request: Request) -> str | None:
    return cookie_of(request, TICKET)


KeptTicket = Annotated[str | None, Depends(_kept_ticket)]
"""What the browser keeps since it came back from a provider; a ticket in a body comes before it."""
TheWaysIn = Annotated[WaysInDesk, Depends(_desk)]


class Entered(BaseModel):
    """`logged_in`: `session` is there. Else nothing is linked yet: go on with `ticket` at `/sessions/linked`.

    `phone_needed`: with any phone of the person's, whose account is linked, or made. `account_found`: this person has
    an account, and only its phone (masked in `phone`) will do; ask for a code at `/sessions/link-codes`.
    """

    outcome: Literal["logged_in", "phone_needed", "account_found"]
    session: SessionView | None = None
    ticket: str | None = None
    expires_in: int | None = Field(
        default=None, description="票据有效秒数 · seconds that `ticket` is valid, at most"
    )
    phone: str | None = None

    @classmethod
    def of(cls, entered: IssuedTokens | PhoneNeeded) -> "Entered":
        if isinstance(entered, IssuedTokens):
            return cls(outcome="logged_in", session=SessionView.of(entered))
        return cls(
            outcome="account_found" if entered.own_phone else "phone_needed",
            ticket=entered.ticket,
            expires_in=int(TICKET_LIFETIME.total_seconds()),
            phone=mask_phone(entered.own_phone) if entered.own_phone else None,
        )


class LinkView(BaseModel):
    """`proof`: what showed that they belong together; `used_at`: when it last let somebody in."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    provider: Literal["wechat", "city"]
    proof: Literal["sms", "wechat_phone", "logged_in"]
    since: datetime
    used_at: datetime | None


def the_ticket(given: str | None, kept: str | None) -> str:
    """Raises TicketInvalid."""
    ticket = given or kept
    if ticket is None:
        raise TicketInvalid
    return ticket
