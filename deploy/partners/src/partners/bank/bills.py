"""The bank's bill: a file of lines between bars, assumed. PROTOCOL.md §18."""

from collections.abc import Iterator
from hashlib import sha256

from ..acquirer.bills import BillDesk, BillRow, BillShelf, Totals, day_of, new_file
from ..clock import wire
from ..edge import Call, Document


class BankBills:
    def __init__(self, desk: BillDesk) -> None:
        self._desk = desk
        self._shelf = BillShelf(desk)

    def made(self, call: Call) -> Document:
        """Its hash, and where it is."""
        day = day_of(call.path["day"])
        rows, content, digest, totals = self._desk.rows(call.caller, day), new_file(), sha256(), Totals()

        def write(text: str) -> None:
            digest.update(text.encode())
            content.write(text.encode())

        write(f"#H|1|{call.caller}|{day}|CNY\n")
        for row in rows:
            totals.add(row)
            write(_line(row))
        write(
            f"#T|{totals.payments}|{totals.paid_cents}|{totals.refunds}|{totals.refunded_cents}|{totals.fee_cents}\n"
        )
        return {
            "day": str(day),
            "merchant_id": call.caller,
            "hash_type": "SHA256",
            "hash_value": self._desk.hash_of(digest.hexdigest()),
            "file": f"/bank/v1/bills/{day}/files/{self._shelf.put(content)}",
        }

    def file(self, call: Call) -> Iterator[bytes]:
        return self._shelf.chunks(call.path["token"])


def _line(row: BillRow) -> str:
    kind, own = ("R", row.refund_id) if row.is_refund else ("P", "")
    return (
        f"{kind}|{row.transaction_id}|{row.out_trade_no}|{own}|{row.out_refund_no}"
        f"|{row.amount_cents}|{row.fee_cents}|{wire(row.at)}\n"
    )
