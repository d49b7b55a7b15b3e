"""The books as lists with sums, read by key: tests and the bench compare them with the platform's own."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import orjson

from ..books import Books
from ..clock import wire_or_none
from ..faults import partners_of
from .door import Answer, Ask

PAGE, LARGEST_PAGE = 1_000, 10_000
_TIMES = (
    "created_at",
    "captured_at",
    "finished_at",
    "expires_at",
    "due_at",
    "time",
    "at",
    "issued_at",
    "paid_at",
)

_PAY_FILTER = (
    "(?1 IS NULL OR o.created_at >= ?1)"
    " AND (?2 IS NULL OR o.out_trade_no IN (SELECT value FROM json_each(?2))) AND o.channel = ?3"
)
_COURIER_FILTER = (
    "(?1 IS NULL OR o.created_at >= ?1) AND (?2 IS NULL OR o.order_no IN (SELECT value FROM json_each(?2)))"
    " AND (?3 IS NULL OR o.courier = ?3)"
)
_FISCAL_FILTER = (
    "(?1 IS NULL OR issued_at >= ?1) AND (?2 IS NULL OR business_no IN (SELECT value FROM json_each(?2)))"
)
_NOTICE_FILTER = (
    "(?1 IS NULL OR n.created_at >= ?1) AND (?2 IS NULL OR n.ref IN (SELECT value FROM json_each(?2)))"
    " AND (?3 IS NULL OR n.partner IN (SELECT value FROM json_each(?3))) AND (?4 IS NULL OR n.state = ?4)"
)


class Ledgers:
    def __init__(self, books: Books) -> None:
        self._books = books

    def acquirer(self, ask: Ask) -> Answer:
        """Of one payment provider."""
        chosen = (ask.since(), ask.names("out_trade_no"), ask.path["channel"])
        orders, following = self._page("pay_order o", _PAY_FILTER, ask, chosen)
        numbers = _json(order["out_trade_no"] for order in orders)
        return {
            "orders": [_shown(order) for order in orders],
            "captures": self._of("pay_capture", "out_trade_no", numbers),
            "refunds": self._of("pay_refund", "out_trade_no", numbers),
            "sums": self._pay_sums(chosen),
            "next": following,
        }

    def courier(self, ask: Ask) -> Answer:
        """Names and addresses only when asked for by `parties=true`."""
        chosen = (ask.since(), ask.names("order_no"), ask.query.get("courier"))
        orders, following = self._page("parcel o", _COURIER_FILTER, ask, chosen)
        numbers = _json(order["waybill_no"] for order in orders)
        traces = _grouped(self._of("parcel_scan", "waybill_no", numbers), "waybill_no")
        with_parties = ask.query.get("parties") == "true"
        shown = []
        for order in orders:
            line = _shown(order)
            parties = orjson.loads(line.pop("parties"))
            shown.append(line | {"traces": traces[order["waybill_no"]]} | (parties if with_parties else {}))
        return {"orders": shown, "sums": self._courier_sums(chosen), "next": following}

    def fiscal(self, ask: Ask) -> Answer:
        chosen = (ask.since(), ask.names("business_no"))
        receipts, following = self._page("fiscal_receipt", _FISCAL_FILTER, ask, chosen)
        kinds = self._books.rows(
            "SELECT lower(kind), count(*), sum(amount_cents) FROM fiscal_receipt"
            f" WHERE {_FISCAL_FILTER} GROUP BY kind",
            *chosen,
        )
        sums = {"blue": 0, "blue_cents": 0, "red": 0, "red_cents": 0}
        for kind, count, cents in kinds:
            sums |= {kind: count, f"{kind}_cents": cents}
        return {"receipts": [_shown(one) for one in receipts], "sums": sums, "next": following}

    def notices(self, ask: Ask) -> Answer:
        partner = ask.query.get("partner")
        partners = _json(partners_of(partner)) if partner else None
        chosen = (ask.since(), ask.names("ref"), partners, ask.query.get("state"))
        notices, following = self._page("notice n", _NOTICE_FILTER, ask, chosen)
        numbers = _json(notice["notice_id"] for notice in notices)
        deliveries = _grouped(self._of("delivery", "notice_id", numbers), "notice_id")
        shown = []
        for notice in notices:
            line = _shown(notice)
            body = orjson.loads(line.pop("body"))
            shown.append(line | {"body": body, "deliveries": deliveries[notice["notice_id"]]})
        return {"notices": shown, "next": following}

    def _page(
        self, table: str, where: str, ask: Ask, chosen: Sequence[object]
    ) -> tuple[list[dict[str, object]], int | None]:
        """One page after `after`, and the key to ask the next one with."""
        limit = max(1, ask.number("limit", PAGE, LARGEST_PAGE))
        after = ask.number("after", 0, 2**62)
        where = f"{where} AND seq > ?{len(chosen) + 1}"
        rows = self._books.rows(
            f"SELECT * FROM {table} WHERE {where} ORDER BY seq LIMIT {limit + 1}", *chosen, after
        )
        page = [dict(row) for row in rows[:limit]]
        return page, rows[limit - 1]["seq"] if len(rows) > limit else None

    def _of(self, table: str, column: str, numbers: str) -> list[dict[str, object]]:
        rows = self._books.rows(
            f"SELECT * FROM {table} WHERE {column} IN (SELECT value FROM json_each(?)) ORDER BY seq", numbers
        )
        return [_shown(dict(row)) for row in rows]

    def _courier_sums(self, chosen: Sequence[object]) -> dict[str, object]:
        states = self._books.rows(
            f"SELECT state, count(*) FROM parcel o WHERE {_COURIER_FILTER} GROUP BY state", *chosen
        )
        by_state = {row[0]: row[1] for row in states}
        return {"orders": sum(by_state.values()), "by_state": by_state}

    def _pay_sums(self, chosen: Sequence[object]) -> dict[str, int]:
        def sums(select: str) -> list[int]:
            row = self._books.row(f"{select} WHERE {_PAY_FILTER}", *chosen)
            assert row is not None
            return list(row)

        orders = sums("SELECT count(*) FROM pay_order o")
        captures = sums(
            "SELECT count(*), coalesce(sum(c.amount_cents), 0)"
            " FROM pay_order o JOIN pay_capture c USING (out_trade_no)"
        )
        refunds = sums(
            "SELECT count(*), coalesce(sum(iif(r.status = 'SUCCESS', refund_cents, 0)), 0),"
            " coalesce(sum(iif(r.status = 'PROCESSING', refund_cents, 0)), 0)"
            " FROM pay_order o JOIN pay_refund r USING (out_trade_no)"
        )
        return {
            "orders": orders[0],
            "captures": captures[0],
            "captured_cents": captures[1],
            "refunds": refunds[0],
            "refunded_cents": refunds[1],
            "refunding_cents": refunds[2],
        }


def _json(values: Iterable[object]) -> str:
    return orjson.dumps(list(values)).decode()


def _shown(row: dict[str, object]) -> Answer:
    """Times for people and programs alike; the row's place in the file is nobody's business."""
    shown = {name: value for name, value in row.items() if name != "seq"}
    for name in _TIMES:
        if name in shown:
            shown[name] = wire_or_none(shown[name])  # type: ignore[arg-type]
    return shown


def _grouped(rows: list[dict[str, object]], name: str) -> defaultdict[object, list[dict[str, object]]]:
    groups: defaultdict[object, list[dict[str, object]]] = defaultdict(list)
    for row in rows:
        groups[row.pop(name)].append(row)
    return groups
