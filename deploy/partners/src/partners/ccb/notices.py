"""How CCB tells: a GET, everything in its query, signed in a fixed order."""

from collections.abc import Callable
from secrets import token_hex
from urllib.parse import quote

import orjson
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from ..acquirer.books import Row
from ..acquirer.documents import Capture, Told
from ..faults import FaultBoard
from ..notices.book import Notice
from ..notices.postman import Letter
from .signing import joined, sign


class CcbDialect:
    """Implements `acquirer.documents.Dialect`. A notice has no id, no time, and no number of the payment."""

    def __init__(self, branch_of: dict[str, str]) -> None:
        """`branch_of`: by counter."""
        self._branch_of = branch_of

    def captured(self, capture: Capture) -> Told:
        order = capture.order
        branch = self._branch_of[order["merchant"]]
        fields = _fields(capture.merchant, branch, order["out_trade_no"], capture.amount_cents)
        return Told(f"ccb_{token_hex(16)}", orjson.dumps(fields))

    def refunded(self, order: Row, refund: Row) -> Told | None:
        return None


class SignedReturn:
    """Implements `acquirer.acquirer.WayBack`: as a notice, but for ACC_TYPE, to the page that the bank was told of."""

    def __init__(
        self, key: RSAPrivateKey, branch_of: dict[str, str], payee_of: dict[str, str], base: Callable[[], str]
    ) -> None:
        """`branch_of` and `payee_of`: by counter."""
        self._key = key
        self._branch_of = branch_of
        self._payee_of = payee_of
        self._base = base

    def __call__(self, order: Row) -> str | None:
        pos = order["merchant"]
        fields = _fields(pos, self._branch_of[pos], order["out_trade_no"], order["amount_cents"])
        del fields["ACC_TYPE"]
        text = joined(list(fields.items()))
        page = f"{self._base().rstrip('/')}/pay/return/ccb/{self._payee_of[pos]}"
        return f"{page}?{text}&SIGN={sign(self._key, text.encode('gbk'))}"


class CcbSender:
    """Implements `notices.postman.Sender`. Schedule and acknowledgement (any 200) are assumed."""

    retry_seconds = (60, 300, 900, 3600, 10800, 21600)

    def __init__(self, key: RSAPrivateKey, board: FaultBoard) -> None:
        self._key = key
        self._board = board
        self._stranger: RSAPrivateKey | None = None

    def letter(self, notice: Notice, sent: str) -> Letter:
        fields: dict[str, str] = orjson.loads(notice.body)
        if self._board.of("ccb").take("gbk_next"):
            fields["REMARK1"] = "工本费"
        signature = sign(self._key_of(sent), joined(list(fields.items())).encode("gbk"))
        query = "&".join(f"{name}={quote(value, safe='', encoding='gbk')}" for name, value in fields.items())
        return Letter(f"{notice.url}?{query}&SIGN={signature}", b"", {}, "GET")

    def is_ack(self, status: int, answer: bytes) -> bool:
        return status == 200

    def _key_of(self, sent: str) -> RSAPrivateKey:
        if sent != "forged":
            return self._key
        self._stranger = self._stranger or generate_private_key(65537, 2048)
        return self._stranger


def _fields(pos: str, branch: str, number: str, cents: int) -> dict[str, str]:
    """What is signed, in its order."""
    return {
        "POSID": pos,
        "BRANCHID": branch,
        "ORDERID": number,
        "PAYMENT": f"{cents // 100}.{cents % 100:02d}",
        "CURCODE": "01",
        "REMARK1": "",
        "REMARK2": "",
        "ACC_TYPE": "30",
        "SUCCESS": "Y",
        "TYPE": "1",
        "REFERER": "",
        "CLIENTIP": "127.0.0.1",
    }
