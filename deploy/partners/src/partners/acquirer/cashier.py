"""The payer's cashier: the page behind `pay_url`, and the payment itself."""

from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from ..errors import Refused
from ..faults import FaultBoard
from .acquirer import Acquirer
from .books import Row

_STATES = {
    "NOTPAY": ("待支付", "Waiting for payment"),
    "USERPAYING": ("支付中", "Being paid"),
    "SUCCESS": ("支付成功", "Paid"),
    "CLOSED": ("订单已关闭", "Closed"),
}
_PAGE = """<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>收银台</title>
<style>
 body{{font:16px/1.6 system-ui,"PingFang SC","Microsoft YaHei",sans-serif;
  margin:0;background:#f3f5f8;color:#1c2733}}
 main{{max-width:24rem;margin:10vh auto;padding:2rem;background:#fff;border-radius:12px;text-align:center}}
 .sum{{font-size:2.6rem;font-weight:600;margin:.4rem 0}} small,.note{{color:#5b6875}}
 button{{width:100%;padding:.9rem;font-size:1.1rem;color:#fff;background:#1f5fbf;border:0;border-radius:8px}}
 .state{{font-size:1.2rem;margin:1.2rem 0}}
</style>
<main>
 <div>{description}</div>
 <div class="sum">¥ {yuan}</div>
 <small>订单号 {number}</small>
 {action}
 <p class="note">演示银行，不涉及真实资金。<br>Sandbox bank: no real money moves.</p>
</main></html>"""


def routes(acquirer: Acquirer, board: FaultBoard) -> list[Route]:
    """Below `/<channel>/cashier/`; the link is the secret."""
    orders = acquirer.orders

    async def page(request: Request) -> Response:
        if board.of(orders.channel).down:
            return _unavailable()
        try:
            order = orders.find_by_prepay_id(request.path_params["prepay_id"])
        except Refused as refused:
            return HTMLResponse(f"<p>{escape(refused.message)}</p>", refused.status)
        # A link may say itself where to go on to, as those of WeChat's H5 payments do.
        asked = request.query_params.get("redirect_url", "")
        back = asked if asked.startswith(("http://", "https://")) else acquirer.way_back(order)
        html = _render(order, back, request.url.query)
        return HTMLResponse(html, headers={"Cache-Control": "no-store"})

    async def pay(request: Request) -> Response:
        if board.of(orders.channel).down:
            return _unavailable()
        by_browser = "text/html" in request.headers.get("accept", "")
        try:
            paid = orders.pay(request.path_params["prepay_id"])
        except Refused as refused:
            if by_browser and refused.status == 409:
                return _back(request)
            return JSONResponse(refused.document(), refused.status)
        return _back(request) if by_browser else JSONResponse(paid)

    return [
        Route(f"/{orders.channel}/cashier/{{prepay_id}}", page, methods=["GET"]),
        Route(f"/{orders.channel}/cashier/{{prepay_id}}/pay", pay, methods=["POST"]),
    ]


def _render(order: Row, back: str | None, query: str) -> str:
    if order["state"] in ("NOTPAY", "USERPAYING"):
        target = escape(f"{order['prepay_id']}/pay{'?' if query else ''}{query}")
        action = f'<form method="post" action="{target}"><button>确认支付 Pay</button></form>'
    else:
        zh, en = _STATES[order["state"]]
        action = f'<p class="state">{zh} <small>{en}</small></p>'
        if back:
            action += f'<a href="{escape(back)}">返回商户 Back</a>'
    yuan, fen = divmod(order["amount_cents"], 100)
    return _PAGE.format(
        description=escape(order["description"]),
        yuan=f"{yuan:,}.{fen:02d}",
        number=order["out_trade_no"],
        action=action,
    )


def _back(request: Request) -> Response:
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"../{request.path_params['prepay_id']}{query}", 303)


def _unavailable() -> Response:
    return HTMLResponse("<h1>503 Service Unavailable</h1>", 503)
