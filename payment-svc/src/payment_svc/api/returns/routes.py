"""Where the payer's browser lands. Open to whoever holds the address, which names one payment nobody can guess."""

from chassis.check_page import PAGE_HEADERS
from chassis.clock import now
from chassis.http import Router
from fastapi import Request
from fastapi.responses import HTMLResponse

from ...application.look_after_return import Return
from ..orders import Use
from .page import return_page, unknown_page

router = Router(tags=["payments"])


@router.get(
    "/pay/return/{channel}/{payee}/{number}",
    summary="支付结果页，付款后浏览器回到这里 · Where the payer comes back to",
    response_class=HTMLResponse,
)
async def return_of_number(channel: str, payee: str, number: str, request: Request, use: Use) -> HTMLResponse:
    """Asks the bank at once and says how the payment stands; nothing about the payer."""
    return await _answered(Return(channel, payee, number, request.scope["query_string"]), request, use)


@router.get(
    "/pay/return/{channel}/{payee}",
    summary="支付结果页，凭银行签名 · The same, for banks that name the payment themselves and sign it",
    response_class=HTMLResponse,
)
async def return_signed(channel: str, payee: str, request: Request, use: Use) -> HTMLResponse:
    """Without the bank's signature nothing is shown."""
    return await _answered(Return(channel, payee, None, request.scope["query_string"]), request, use)


async def _answered(back: Return, request: Request, use: Use) -> HTMLResponse:
    """200 in any case: a payer who came back gets a page, not an error."""
    found = await use.look_after_return(back, request.app.state.service.begin)
    html = unknown_page() if found is None else return_page(*found, request.app.state.case_page, now())
    return HTMLResponse(html, headers=PAGE_HEADERS)
