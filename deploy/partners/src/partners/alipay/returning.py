"""The payer's browser goes back to the merchant, with what Alipay signs in the address. It proves nothing of money."""

from urllib.parse import urlencode

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from ..acquirer.books import AcquirerBooks, Row
from ..clock import now_ms
from .documents import beijing, yuan
from .signing import notice_text, sign


class SignedReturn:
    """Implements `acquirer.acquirer.WayBack`. `app_of`: by seller."""

    def __init__(self, key: RSAPrivateKey, app_of: dict[str, str], books: AcquirerBooks) -> None:
        self._key = key
        self._app_of = app_of
        self._books = books

    def __call__(self, order: Row) -> str | None:
        capture = self._books.capture(order["out_trade_no"], None)
        if not order["return_url"] or capture is None:
            return None
        page = "wap" if order["scene"] == "mobile" else "page"
        fields = {
            "app_id": self._app_of[order["merchant"]],
            "charset": "utf-8",
            "method": f"alipay.trade.{page}.pay.return",
            "out_trade_no": order["out_trade_no"],
            "seller_id": order["merchant"],
            "timestamp": beijing(now_ms()),
            "total_amount": yuan(order["amount_cents"]),
            "trade_no": capture["transaction_id"],
            "version": "1.0",
        }
        signed = {**fields, "sign_type": "RSA2", "sign": sign(self._key, notice_text(fields).encode())}
        return f"{order['return_url']}?{urlencode(signed)}"
