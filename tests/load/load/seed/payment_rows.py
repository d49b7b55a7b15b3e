"""What a life leaves in payment-svc: the debt, its order, the attempt, the money, the bank's notice."""

from datetime import datetime, timedelta

import orjson
from chassis.sealing import Sealer
from contracts.payment import OrderExpired, OrderOpened, OrderPaid
from payment_svc.persistence.sealed import notice_aad

from .batch import Batch, Columns
from .chance import Chance
from .life import Life, LifeTeller

_SERVICE = "payment-svc"
PAYMENT_COLUMNS: Columns = {
    "case_due": (
        "case_id", "case_no", "item_code", "applicant_id", "unit", "department", "purpose", "amount_source",
        "amount_cents", "requested_at", "over_at", "over_why",
    ),
    "payment_order": (
        "id", "case_id", "applicant_id", "purpose", "state", "version", "amount_cents", "amount_source",
        "created_at", "expires_at", "paid_at", "paid_channel", "ended_at", "booked_at",
    ),
    "attempt": ("id", "order_id", "channel", "state", "link", "created_at"),
    "capture": (
        "id", "channel", "transaction_id", "attempt_id", "order_id", "amount_cents", "currency", "merchant_id",
        "paid_at", "received_at", "pays_order", "state",
    ),
    "receipt": (
        "id", "order_id", "kind", "amount_cents", "state", "requested_at", "code", "number", "check_code", "issued_at",
        "seal", "seal_key_id",
    ),
    "ledger_entry": ("capture_id", "from_account", "to_account", "amount_cents", "at"),
    "notice": ("id", "channel", "notice_id", "event", "sealed_body", "received_at", "outcome"),
}  # fmt: skip
_ORDER_LIVES = timedelta(hours=2)
_MERCHANT = "1900006101"


class PaymentRows:
    def __init__(self, batch: Batch, chance: Chance, sealer: Sealer, teller: LifeTeller) -> None:
        self._batch = batch
        self._sealer = sealer
        self._chance = chance
        self._teller = teller

    def add(self, life: Life, number: int) -> None:
        """Nothing for a case that never had to be paid; `number` makes the bank's numbers unique."""
        opened_at = life.payment_requested_at
        if opened_at is None or life.order_id is None:
            return
        paid = life.paid_at
        over = life.case.closed_at if paid is None else None
        self._add_debt(life, opened_at, over)
        self._add_order(life, opened_at, paid)
        if paid is not None:
            self._add_money(life, paid, number)

    def _add_debt(self, life: Life, at: datetime, over: datetime | None) -> None:
        case, item = life.case, life.item.definition
        owed = None if item.amount_source == "issuing_system" else self._amount(life)
        self._batch.add(
            _SERVICE, "case_due", case.id, case.case_no, case.item_code, case.applicant_id, life.unit,
            case.department, item.name, item.amount_source, owed, at, over,
            "case_closed_unpaid" if over else None,
        )  # fmt: skip

    def _add_order(self, life: Life, at: datetime, paid: datetime | None) -> None:
        case, item = life.case, life.item.definition
        priced = item.amount_source == "issuing_system"
        opening, end = 2 if priced else 1, at + _ORDER_LIVES
        amount = self._amount(life)
        state, version = ("paid", opening + 1) if paid else ("expired", opening + 2)
        self._batch.add(
            _SERVICE, "payment_order", life.order_id, case.id, case.applicant_id, item.name, state, version,
            amount, item.amount_source, at, end, paid, "bank" if paid else None, None if paid else end, paid,
        )  # fmt: skip
        facts = {"order_id": life.order_id, "case_id": case.id, "amount_cents": amount}
        self._tell(life, OrderOpened(**facts, occurred_at=at, expires_at=end), opening, at)
        if paid:
            self._tell(
                life, OrderPaid(**facts, occurred_at=paid, channel="bank", paid_at=paid), version, paid
            )
        else:
            self._tell(life, OrderExpired(**facts, occurred_at=end), version, end)
            life.notes.append(("order_expired", end, {"order_id": str(life.order_id)}))

    def _tell(
        self, life: Life, event: OrderOpened | OrderPaid | OrderExpired, version: int, at: datetime
    ) -> None:
        self._teller.note_event(life, _SERVICE, event, version, at)

    def _amount(self, life: Life) -> int:
        return life.case.amount_cents or 100

    def _add_money(self, life: Life, at: datetime, number: int) -> None:
        attempt, capture, amount = self._chance.uuid7(at), self._chance.uuid7(at), self._amount(life)
        transaction, notice = f"42{number:026d}", f"bn_{number:022d}"
        body = {
            "notice_id": notice, "event": "TRANSACTION.SUCCESS", "created_at": at.isoformat(),
            "merchant_id": _MERCHANT,
            "data": {
                "out_trade_no": attempt.hex, "transaction_id": transaction, "trade_state": "SUCCESS",
                "amount_cents": amount, "currency": "CNY", "success_time": at.isoformat(),
            },
        }  # fmt: skip
        add = self._batch.add
        url = f"http://127.0.0.1/bank/cashier/{attempt.hex}"
        add(_SERVICE, "attempt", attempt, life.order_id, "bank", "succeeded", url, at)
        add(
            _SERVICE, "capture", capture, "bank", transaction, attempt, life.order_id, amount, "CNY", _MERCHANT,
            at, at, True, "applied",
        )  # fmt: skip
        add(_SERVICE, "ledger_entry", capture, "bank", "applied", amount, at)
        # Its seal is nobody's: no case of the past has its receipt printed here.
        add(
            _SERVICE, "receipt", life.order_id, life.order_id, "blue", amount, "issued", at, "61010125",
            f"{number:010d}", "000000", at, bytes(64), "0" * 16,
        )  # fmt: skip
        notice_id = self._chance.uuid7(at)
        sealed = self._sealer.seal(orjson.dumps(body), notice_aad(notice_id))
        add(_SERVICE, "notice", notice_id, "bank", notice, body["event"], sealed, at, "applied")
