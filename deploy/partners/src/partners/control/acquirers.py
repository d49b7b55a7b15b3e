"""Control over payment providers: money that should not come, states, the end of a refund. PROTOCOL.md §11."""

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict
from starlette.routing import Route

from ..acquirer.acquirer import Acquirer
from ..errors import Refused
from ..fields import Cents
from .door import Answer, Ask, ControlDoor


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CaptureAgain(_Body):
    amount_cents: Cents | None = None


class PutState(_Body):
    state: Literal["NOTPAY", "USERPAYING", "CLOSED"]


class SettleRefund(_Body):
    status: Literal["SUCCESS", "ABNORMAL", "CLOSED"]


def acquirer_routes(door: ControlDoor, acquirers: Sequence[Acquirer]) -> list[Route]:
    by_channel = {acquirer.channel: acquirer for acquirer in acquirers}

    def of(ask: Ask) -> Acquirer:
        for name, acquirer in by_channel.items():
            if name == ask.path["channel"]:
                return acquirer
        raise Refused(404, "PARTNER_NOT_EXIST", f"没有这个支付渠道: {ask.path['channel']}")

    def capture(ask: Ask) -> Answer:
        amount_cents = ask.read(CaptureAgain).amount_cents
        return of(ask).orders.capture_again(ask.path["out_trade_no"], amount_cents)

    def put_state(ask: Ask) -> Answer:
        order = of(ask).orders.put_in_state(ask.path["out_trade_no"], ask.read(PutState).state)
        return {"out_trade_no": order["out_trade_no"], "state": order["state"]}

    def pay(ask: Ask) -> Answer:
        """As the payer would in the provider's app, for ways that have no page: a code, a call inside WeChat."""
        orders = of(ask).orders
        return orders.pay(orders.find(ask.path["out_trade_no"])["prepay_id"])

    def settle(ask: Ask) -> Answer:
        refund = of(ask).refunds.settle(ask.path["out_refund_no"], ask.read(SettleRefund).status)
        return {"out_refund_no": refund["out_refund_no"], "status": refund["status"]}

    return [
        door.route("POST", "/{channel}/orders/{out_trade_no}/capture", capture),
        door.route("POST", "/{channel}/orders/{out_trade_no}/state", put_state),
        door.route("POST", "/{channel}/orders/{out_trade_no}/pay", pay),
        door.route("POST", "/{channel}/refunds/{out_refund_no}/settle", settle),
    ]
