"""Query, close and refund at CCB. The bank's own interface for it is not public: this protocol is **assumed**.

A form in a fixed order with the interface's password and the order's kind of MAC; the answer is `K=V&…&SIGN=…`, signed
as notices are, and names the request it answers. That the password goes to the bank and nobody else is TLS's to see to.
"""

from dataclasses import dataclass
from secrets import token_hex
from urllib.parse import parse_qsl, urlencode

from yarl import URL

from ..authentic import NotAuthentic
from ..pool import ProviderPool
from .signing import CounterKeys, mac

_DONE = "000000"


@dataclass(frozen=True, slots=True)
class Counter:
    """One of ours, as the bank knows it."""

    merchant: str
    pos: str
    branch: str
    password: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A proven answer; `code` is the bank's word for an error, None for success."""

    body: dict[str, str]
    code: str | None = None


class CcbClient:
    def __init__(self, url: str, counter: Counter, key: CounterKeys, pool: ProviderPool) -> None:
        self._url = URL(url, encoded=True)
        self._counter = counter
        self._key = key
        self._pool = pool

    def beside(self, path: str) -> URL:
        """A file at the bank, by the path that a proven answer named."""
        return self._url.origin().join(URL(path, encoded=True))

    async def call(self, transaction: str, *, is_slow: bool = False, **facts: str) -> Answer:
        """The bank's proven answer. Raises ChannelDown for whatever leaves unknown what it did."""
        request_no = token_hex(16)
        pairs = [
            ("TXCODE", transaction),
            ("MERCHANTID", self._counter.merchant),
            ("POSID", self._counter.pos),
            ("BRANCHID", self._counter.branch),
            *facts.items(),
            ("REQUEST_SN", request_no),
            ("QUPWD", self._counter.password),
        ]
        body = urlencode([*pairs, ("MAC", mac([*pairs, ("PUB", self._key.pub)]))]).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        status, _, raw = await self._pool.call("POST", self._url, body, headers, is_slow=is_slow)
        if status != 200:
            raise self._pool.down(f"status {status}")
        return self._read(raw, request_no)

    def _read(self, raw: bytes, request_no: str) -> Answer:
        text, _, signature = raw.rpartition(b"&SIGN=")
        try:
            self._key.prove(text, signature)
        except NotAuthentic as error:
            raise self._pool.down(f"answer not proven: {error.cause}") from error
        fields = dict(parse_qsl(text.decode("latin-1"), keep_blank_values=True))
        if fields.get("REQUEST_SN") != request_no:
            raise self._pool.down("answer is another request's")
        code = fields.get("RETURN_CODE")
        if code in (None, "NOT_ADMITTED"):  # about our password or MAC, not about the payment
            raise self._pool.down(str(code))
        self._pool.ended(done=code == _DONE)
        return Answer(fields, None if code == _DONE else code)
