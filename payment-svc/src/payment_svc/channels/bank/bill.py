"""The bank's bill: lines between bars under a SHA-256. This protocol is **assumed**, like all of this bank's.

`#H|version|merchant|day|currency`, a line each payment (`P`) and refund (`R`), at the end
`#T|payments|fen|refunds|fen|fees`.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import IO, Final

from ...domain.bill_errors import BillUnusable
from ...domain.bills import BillLine, Entry, Problem
from ..bill_files import cents, download, lines_of, must_agree, temporary, text_of, unpack
from ..bill_tally import Tally
from ..pool import ProviderPool
from ..reading import refuse
from .client import BankClient

_FIELDS: Final = 8
_WORDS: Final = {"P": Entry.PAYMENT, "R": Entry.REFUND}


class BankBills:
    """Implements `application.bill_ports.BillSource`."""

    def __init__(self, name: str, merchant_id: str, client: BankClient, pool: ProviderPool) -> None:
        self._name = name
        self._merchant_id = merchant_id
        self._client = client
        self._pool = pool

    async def fetch(self, day: date, into: IO[bytes]) -> str:
        answer = await self._client.call("GET", f"/bills/{day.isoformat()}", is_slow=True)
        if answer.code == "BILL_NOT_READY":
            raise BillUnusable(Problem.NOT_READY, answer.code)
        refuse(self._name, answer.code)
        kind, value, place = (answer.body.get(name) for name in ("hash_type", "hash_value", "file"))
        if kind != "SHA256" or not isinstance(value, str) or not isinstance(place, str) or place[:1] != "/":
            raise self._pool.down("bill without hash or place")
        with temporary() as packed:
            url, headers = self._client.signed_get(place)
            await download(self._pool, url, headers, packed)
            return await unpack(packed, into, "sha256", value)

    def lines(self, file: IO[bytes], day: date) -> Iterator[BillLine]:
        with text_of(file, "utf-8") as text:
            rows, tally = lines_of(text), Tally(day)
            head = f"#H|1|{self._merchant_id}|{day.isoformat()}|CNY"
            if next(rows, "").rstrip("\n") != head:
                raise BillUnusable(Problem.UNREADABLE, "another merchant's, or another day's")
            for raw in rows:
                fields = raw.rstrip("\n").split("|")
                if fields[0] == "#T":
                    told = [*tally.totals(), tally.fee_cents]
                    must_agree("totals", [str(one) for one in told], fields[1:])
                    tally.must_be_of_its_day()
                    return
                if len(fields) != _FIELDS or fields[0] not in _WORDS:
                    raise BillUnusable(Problem.TORN, "a line")
                yield tally.take(_line(fields))
            raise BillUnusable(Problem.TORN, "no totals")


def _line(fields: list[str]) -> BillLine:
    kind, transaction, ours, _, refund, amount, fee, at = fields
    try:
        moment = datetime.fromisoformat(at)
    except ValueError as error:
        raise BillUnusable(Problem.UNREADABLE, "a time") from error
    if moment.tzinfo is None:
        raise BillUnusable(Problem.UNREADABLE, "a time without its zone")
    entry = _WORDS[kind]
    key = transaction if entry is Entry.PAYMENT else refund
    return BillLine(entry, key, ours, None, cents(amount), cents(fee), moment)
