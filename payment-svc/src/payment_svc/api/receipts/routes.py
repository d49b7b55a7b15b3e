"""Receipts over HTTP."""

import asyncio
from typing import Annotated
from uuid import UUID

from chassis.check_page import PAGE_HEADERS
from chassis.http import Caller, Router, Uow, allow
from chassis.paging import Page
from fastapi import Depends, Query, Request, Response
from fastapi.responses import HTMLResponse

from ...application.show_receipt import ReceiptDesk, is_issued
from ...domain.receipt_errors import ReceiptAltered, ReceiptNotFound, ReceiptNotIssued
from ..access import PEOPLE, POLICE, is_payer, serves, visible
from ..orders import Reader, Use
from .page import receipt_page
from .paper import print_receipt
from .views import ReceiptCheck, ReceiptView

router = Router(tags=["receipts"])

_PERSONAL = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}


async def _desk(request: Request) -> ReceiptDesk:
    desk: ReceiptDesk = request.app.state.receipts
    return desk


Desk = Annotated[ReceiptDesk, Depends(_desk)]
NameReader = Annotated[Caller, Depends(allow(*PEOPLE, *POLICE, acting=True))]
Typed = Annotated[str, Query(max_length=40, description="as printed; spaces and case do not matter")]
TypedOrNot = Annotated[str | None, Query(max_length=40)]


@router.get("/api/payments/orders/{order_id}/receipts", summary="缴费票据 · Receipts of an order")
async def list_receipts(order_id: UUID, uow: Uow, caller: Reader, use: Use, desk: Desk) -> Page[ReceiptView]:
    """The receipt of what was paid, then a red one for each refund of it. Empty until it is paid."""
    visible(caller, await use.views.order(uow, order_id), order_id)
    rows = await desk.views.of_order(uow, order_id)
    return Page(items=[ReceiptView.of(row, desk) for row in rows])


@router.get(
    "/api/payments/receipts/{receipt_id}/pdf",
    summary="票据文件 · The receipt as a file",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}, "description": "PDF/A-2a, one page"}},
)
async def get_receipt_pdf(receipt_id: UUID, uow: Uow, caller: NameReader, desk: Desk) -> Response:
    """For the payer, who acts for them, and the police who handle the case: it has the payer's name on it.

    An officer's look is shown to the payer.
    """
    row = await desk.views.one(uow, receipt_id)
    if row is None or not (is_payer(caller, row) or serves(caller, row)):
        raise ReceiptNotFound(receipt_id)
    if not is_issued(row):
        raise ReceiptNotIssued(receipt_id)
    if not desk.is_authentic(row):
        raise ReceiptAltered(receipt_id)
    await uow.release()  # identity-svc is asked now, and the pool is small
    officer = None if is_payer(caller, row) else caller.account_id
    payer = await desk.payer(row, officer_id=officer)
    content = await asyncio.to_thread(print_receipt, row, payer, desk, desk.more_fonts)
    name = f'inline; filename="receipt-{row["code"]}-{row["number"]}.pdf"'
    return Response(content, 200, {**_PERSONAL, "Content-Disposition": name}, "application/pdf")


@router.get(
    "/api/payments/receipts/check", summary="公开核验票据，无需登录，不含个人信息 · Checks a receipt; public"
)
async def check_receipt(
    code: Typed, number: Typed, check_code: Typed, response: Response, uow: Uow, desk: Desk
) -> ReceiptCheck:
    """Whether the receipt is genuine, and what was reversed of it; nothing about the payer."""
    response.headers["Cache-Control"] = "no-store"
    return ReceiptCheck.of(await desk.checked(uow, code, number, check_code))


@router.get(
    "/receipts/check",
    summary="票据核验页，二维码指向这里 · The page to check receipts",
    response_class=HTMLResponse,
)
async def receipt_check_page(
    uow: Uow,
    desk: Desk,
    code: TypedOrNot = None,
    number: TypedOrNot = None,
    check_code: TypedOrNot = None,
) -> HTMLResponse:
    """Asks for the three numbers, and answers for them."""
    typed = (code or "", number or "", check_code or "")
    check = ReceiptCheck.of(await desk.checked(uow, *typed)) if any(typed) else None
    return HTMLResponse(receipt_page(*typed, check), headers=PAGE_HEADERS)
