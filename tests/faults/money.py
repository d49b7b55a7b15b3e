"""The money afterwards: captures, refunds, balances, receipts and effects, against the partners' own books."""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from typing import Any
from urllib.parse import parse_qsl

from chassis.sealing import Sealer
from city import City
from payment_svc.channels.ccb.mapping import number_of_order
from payment_svc.persistence.sealed import notice_aad

from .books import Check, differences, whole
from .patient import Patient
from .walks import Walk

CHANNELS = ("bank", "wechat_pay", "alipay", "ccb")
_HEARD = "('pay', 'payment_not_needed')"
"""What a case makes of its money: it goes on, or it was withdrawn meanwhile and the money goes back."""
_BALANCE = """SELECT coalesce(sum(amount_cents) FILTER (WHERE to_account = $1), 0)::bigint
 - coalesce(sum(amount_cents) FILTER (WHERE from_account = $1), 0)::bigint AS cents FROM ledger_entry"""


async def _captures_and_refunds_agree(
    city: City, outside: Patient, walks: Sequence[Walk]
) -> AsyncIterator[str]:
    attempts = {row["id"].hex for row in await city.sql("payment-svc", "SELECT id FROM attempt")}
    for channel in CHANNELS:
        books = await whole(outside, f"/books/{channel}", ("orders", "captures", "refunds"))
        captures = await city.sql(
            "payment-svc",
            "SELECT attempt_id, transaction_id, amount_cents FROM capture WHERE channel = $1",
            channel,
        )
        ours = [_transaction(channel, row["attempt_id"].hex, row) for row in captures]
        theirs = [_transaction(channel, _number(channel, one), one) for one in books["captures"]]
        for sentence in differences(f"captures at {channel}", ours, theirs):
            yield sentence
        refunds = await city.sql(
            "payment-svc",
            "SELECT r.id, r.amount_cents FROM refund r JOIN capture c ON c.id = r.capture_id"
            " WHERE r.state = 'succeeded' AND c.channel = $1",
            channel,
        )
        done = [(row["id"].hex, row["amount_cents"]) for row in refunds]
        paid_back = [
            (one["out_refund_no"], one["refund_cents"])
            for one in books["refunds"]
            if one["status"] == "SUCCESS"
        ]
        for sentence in differences(f"refunds at {channel}", done, paid_back):
            yield sentence
        for order in books["orders"]:
            if _number(channel, order) not in attempts:
                yield f"{channel} has an order {order['out_trade_no']} that we do not know"


async def _balances_are_those_of_the_providers(
    city: City, outside: Patient, walks: Sequence[Walk]
) -> AsyncIterator[str]:
    """What came in is what they took; what went back is what they gave back; the rest stands with us."""
    sums = [(await outside.control("GET", f"/books/{channel}?limit=1"))["sums"] for channel in CHANNELS]
    taken, back = sum(one["captured_cents"] for one in sums), sum(one["refunded_cents"] for one in sums)
    held = {}
    for account in ("bank", "applied", "held", "refund_due", "refunded"):
        (row,) = await city.sql("payment-svc", _BALANCE, account)
        held[account] = row["cents"]
    kept = held["applied"] + held["held"] + held["refund_due"]
    if (-held["bank"], held["refunded"], kept) != (taken, back, taken - back):
        yield f"the ledger stands at {held}; the providers took {taken} fen and gave back {back}"


async def _every_fee_was_paid_once(city: City, outside: Patient, walks: Sequence[Walk]) -> AsyncIterator[str]:
    rows = await city.sql(
        "payment-svc",
        "SELECT o.case_id, o.state, o.amount_cents, count(c.id) FILTER (WHERE c.pays_order AND c.state = 'applied')"
        " AS applied FROM payment_order o LEFT JOIN capture c ON c.order_id = o.id GROUP BY o.id",
    )
    orders = defaultdict(list)
    for row in rows:
        orders[str(row["case_id"])].append(row)
    for walk in walks:
        told = [(row["state"], row["amount_cents"], row["applied"]) for row in orders[walk.case_id]]
        due = [("paid", walk.story.fee_cents, 1)] if walk.story.fee_cents else []
        if walk.story.ends == "withdrawn":
            due = [("cancelled", 4000, 0)]
        if told != due:
            yield f"{walk} has orders {told}, not {due}"


async def _every_payment_has_one_receipt_and_one_effect(
    city: City, outside: Patient, walks: Sequence[Walk]
) -> AsyncIterator[str]:
    """Orders that were ever paid, blue receipts, and cases that went on for it: the same ones, each once."""
    orders = await city.sql("payment-svc", "SELECT id, case_id FROM payment_order WHERE paid_at IS NOT NULL")
    receipts = await city.sql(
        "payment-svc", "SELECT id, order_id, kind, amount_cents FROM receipt WHERE state = 'issued'"
    )
    blue = [row["order_id"] for row in receipts if row["kind"] == "blue"]
    for sentence in differences("paid orders and receipts", [row["id"] for row in orders], blue):
        yield sentence
    fiscal = (await whole(outside, "/books/fiscal", ("receipts",)))["receipts"]
    issued = [(row["id"].hex, row["kind"], row["amount_cents"]) for row in receipts]
    theirs = [(one["business_no"], one["kind"].lower(), one["amount_cents"]) for one in fiscal]
    for sentence in differences("receipts", issued, theirs):
        yield sentence
    effects = await city.sql("case-svc", f"SELECT case_id FROM case_history WHERE action IN {_HEARD}")
    paid = [row["case_id"] for row in orders]
    for sentence in differences("paid orders and cases", paid, [row["case_id"] for row in effects]):
        yield sentence


MONEY: tuple[Check, ...] = (
    _captures_and_refunds_agree,
    _balances_are_those_of_the_providers,
    _every_fee_was_paid_once,
    _every_payment_has_one_receipt_and_one_effect,
)


async def stored_notices(city: City) -> tuple[set[str], set[str]]:
    """The ids of those we have, and the orders of CCB's, which have no ids."""
    rows = await city.sql("payment-svc", "SELECT id, channel, notice_id, sealed_body FROM notice")
    keys = city.stack.around.secrets.services["payment-svc"]
    sealer = Sealer(keys.data_keys, keys.lookup_key)
    ids = {row["notice_id"] for row in rows if row["channel"] != "ccb"}
    of_ccb = [
        sealer.open(row["sealed_body"], notice_aad(row["id"])) for row in rows if row["channel"] == "ccb"
    ]
    return ids, {dict(parse_qsl(body.decode("gbk")))["ORDERID"] for body in of_ccb}


def _number(channel: str, line: dict[str, Any]) -> str:
    """Our number in a line of a provider's books."""
    number: str = line["out_trade_no"]
    return number_of_order(number) if channel == "ccb" else number


def _transaction(channel: str, number: str, line: Any) -> tuple[str, str, int]:
    """CCB tells nobody its own number of a payment."""
    return number, "" if channel == "ccb" else line["transaction_id"], line["amount_cents"]
