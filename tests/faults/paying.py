"""One order paid at one of the channels, and told of fifty times at once, by every way there is."""

import asyncio
from urllib.parse import parse_qs, urlsplit

from demo.api import Refused, until

from .walks import WITHIN, Walk

SCENES = {"bank": "web", "wechat_pay": "qr", "alipay": "qr", "ccb": "web"}
NOTICES, CHECKS, RETURNS = 30, 10, 10
TOLD = NOTICES + CHECKS + RETURNS


async def start_attempt(walk: Walk) -> None:
    """Opens the order at the walk's channel."""
    walk.order_id = (await walk.citizen.order_to_pay(walk.case_id, WITHIN))["id"]
    wanted = {"channel": walk.channel, "scene": SCENES[walk.channel]}
    attempt = await walk.citizen.post(f"/api/payments/orders/{walk.order_id}/attempts", wanted)
    walk.pay_url, walk.trade_no = attempt["pay_url"] or "", attempt["id"].replace("-", "")


async def pay_told_fifty_times(walk: Walk) -> None:
    """The payer pays; then the provider's notice thirty times, the payer's return and the page's button ten each."""
    outside = walk.bank.platform
    back = f"/pay/return/{walk.channel}/treasury/{walk.trade_no}"
    if walk.channel == "ccb":  # the order begins there when its page is opened
        await outside.send("GET", walk.pay_url)
        walk.trade_no = parse_qs(urlsplit(walk.pay_url).query)["ORDERID"][0]
    try:
        await outside.control("POST", f"/{walk.channel}/orders/{walk.trade_no}/pay")
    except Refused as refused:
        if refused.problem.get("code") != "ORDER_PAID":  # it was taken, and the answer got lost
            raise

    async def told() -> str | None:
        found = (await outside.control("GET", f"/notices?partner={walk.channel}&ref={walk.trade_no}"))[
            "notices"
        ]
        return found[0]["notice_id"] if found else None

    notice = await until(f"{walk.channel} 的通知 {walk.trade_no}", told, WITHIN)
    button = f"/api/payments/orders/{walk.order_id}/check"
    await asyncio.gather(
        *(outside.control("POST", f"/notices/{notice}/redeliver") for _ in range(NOTICES)),
        *(walk.citizen.post(button) for _ in range(CHECKS)),
        *(outside.send("GET", back) for _ in range(RETURNS)),
    )
