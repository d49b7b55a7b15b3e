"""payment-svc against its table: orders, links to pay, refunds, money that fits nothing."""

import re
from datetime import datetime
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID, uuid4

import pytest
from chassis.clock import now
from chassis.ids import uuid7
from chassis.parity.days import last_closed
from contracts.case import CasePaymentRequested
from payment_svc.domain.captures import Why
from payment_svc.domain.money_records import RefundDue

from .callers import Cast
from .every_service import export_of, for_operators, for_partners, for_readers
from .table import kit, table
from .trying import Call, Object, Trial, each

around = kit("payment")
own = kit("payment", "tests/integration/conftest.py")
partner_keys, world = around.partner_keys, around.world
database, settings, payments = own.database, own.settings, own.payments
ROWS = table("payment-svc")
PURPOSE = "只有付款人和承办单位知道的款项"
SECRETS = (PURPOSE,)
BACK = re.compile(r'href="([^"]+)">返回商户')


class Objects:
    """Orders of cases of unit XC-HUZHENG, in what states the bank brings them to."""

    def __init__(self, payments: Any, cast: Cast) -> None:
        self.payments, self.cast = payments, cast
        self._tokens = cast.by_column()

    def _owner(self, who: str) -> Any:
        token, account = self._tokens[who], getattr(self.cast, who)
        return own.Citizen(self.payments.svc.client, token, account)

    async def _order(self, who: str) -> Any:
        """An open order, as its owner sees it."""
        case_id = uuid4()
        facts = own.case_facts(case_id, getattr(self.cast, who), "awaiting_payment")
        facts |= {"unit": self.cast.unit, "department": self.cast.department}
        await self.payments.svc.deliver(
            CasePaymentRequested(**facts, amount_cents=2000, amount_source="fixed", purpose=PURPOSE)
        )
        (order,) = await self._owner(who).orders(case_id)
        return order

    async def notice(self, _: str) -> str:
        """One of the bank's that waits for its order."""
        made = uuid7()
        async with self.payments.svc.uow() as uow:
            await uow.execute(
                "INSERT INTO notice (id, channel, notice_id, event, body, received_at, outcome)"
                " VALUES ($1, 'bank', $2, 'TRANSACTION.SUCCESS', '{}', now(), 'unmatched')",
                made,
                str(made),
            )
        return str(made)

    async def order(self, who: str) -> Object:
        return Object({"order_id": (await self._order(who))["id"]}, shows=(PURPOSE,))

    async def started(self, who: str) -> Object:
        """With a link to pay at."""
        order = await self._order(who)
        link = (await self._owner(who).start(order["id"]))["pay_url"]
        return Object({"order_id": order["id"]}, shows=(PURPOSE,), private=(link,))

    async def listed(self, who: str) -> Object:
        made = await self.started(who)
        return Object(shows=(made.path["order_id"],), private=made.private)

    async def of_case(self, who: str) -> Object:
        order = await self._order(who)
        return Object(query={"case_id": order["case_id"]}, shows=(order["id"],))

    async def owing(self, who: str) -> Object:
        """A case, named in the body."""
        order = await self._order(who)
        return Object(json={"case_id": order["case_id"], "channel": "bank"}, shows=(order["id"],))

    async def returning(self, who: str) -> Object:
        """The address of a payment, to which the browser comes back from the bank."""
        attempt = await self._owner(who).start((await self._order(who))["id"])
        number = UUID(attempt["id"]).hex
        return Object({"channel": "bank", "payee": "treasury", "number": number}, shows=(number,))

    async def returning_signed(self, who: str) -> Object:
        """The same from CCB, which names the payment itself, and signs that."""
        order, world = await self._order(who), self.payments.world
        body = {"channel": "ccb", "scene": "web"}
        attempt = (await self._owner(who).post(f"/orders/{order['id']}/attempts", body)).json()
        cashier = await world.open(attempt["pay_url"])
        await world.pay(cashier)
        back = unescape(BACK.search((await world.http.get(cashier)).text)[1])
        query = dict(parse_qsl(urlsplit(back).query, keep_blank_values=True))
        number = UUID(attempt["id"]).hex
        return Object({"channel": "ccb", "payee": "treasury"}, query=query, shows=(number,))

    async def expired(self, who: str) -> Object:
        order = await self._order(who)
        await self.payments.expired(order["id"])
        return Object({"case_id": order["case_id"]})

    async def _paid(self, who: str) -> Any:
        order = await self._order(who)
        await self.payments.world.pay((await self._owner(who).start(order["id"]))["pay_url"])
        await self.payments.world.delivered()
        return order

    async def _with_receipt(self, who: str) -> Any:
        """A paid order and its receipt, issued, as its owner sees it."""
        order = await self._paid(who)
        await self.payments.svc.run_jobs()
        (receipt,) = (await self._owner(who).get(f"/orders/{order['id']}/receipts")).json()["items"]
        assert receipt["state"] == "issued"
        return receipt

    async def receipts(self, who: str) -> Object:
        receipt = await self._with_receipt(who)
        return Object({"order_id": receipt["order_id"]}, shows=(receipt["check_code"],))

    async def paper(self, who: str) -> Object:
        self.payments.world.payers[getattr(self.cast, who)] = "赵小雨"
        receipt = await self._with_receipt(who)
        return Object({"receipt_id": receipt["id"]}, shows=("%PDF",))

    async def numbers(self, who: str) -> Object:
        receipt = await self._with_receipt(who)
        asked = {"code": "receipt_code", "number": "receipt_no", "check_code": "check_code"}
        query = {name: receipt[field] for name, field in asked.items()}
        return Object(query=query, shows=(receipt["receipt_no"],))

    async def refunded(self, who: str) -> Object:
        order = await self._paid(who)
        await self.payments.withdrawn(order["case_id"])
        return Object(query={"limit": "100"}, shows=(order["id"],))

    async def paid(self, who: str) -> Object:
        return Object({"order_id": (await self._paid(who))["id"]})

    async def waiting(self, who: str) -> Object:
        """A refund that somebody else asked for, and that awaits approval."""
        order, use = await self._paid(who), self.payments.svc.service.state.use_cases
        due = RefundDue(uuid7(), 100, Why.STAFF_DECIDED, "多收退还", uuid4())
        async with self.payments.svc.uow() as uow:
            locked = await use.give_back._orders.lock(uow, UUID(order["id"]))
            await use.return_money.part(locked, due, uow, waits=True)
        return Object({"refund_id": str(due.refund_id)}, shows=(order["id"],))

    async def listed_waiting(self, who: str) -> Object:
        return Object(query={"limit": "100"}, shows=(await self.waiting(who)).shows)

    async def booked(self, who: str) -> Object:
        await self._paid(who)
        return Object(shows=("applied_cents",))

    async def _held(self, who: str) -> Any:
        await self.payments.world.fault(wrong_amount_next=1, wrong_amount_in="capture")
        order = await self._paid(who)
        capture = await self.payments.svc.service.pool.fetchval(
            "SELECT id FROM capture WHERE order_id = $1 AND state = 'held'", UUID(order["id"])
        )
        assert capture is not None
        return order["id"], str(capture)

    async def held(self, who: str) -> Object:
        return Object(query={"limit": "100"}, shows=(await self._held(who)))

    async def to_return(self, who: str) -> Object:
        return Object({"capture_id": (await self._held(who))[1]})

    async def counted(self, who: str, at: datetime) -> str:
        order_id = (await self._paid(who))["id"]
        async with self.payments.svc.uow() as uow:
            await uow.execute("UPDATE payment_order SET booked_at = $2 WHERE id = $1", UUID(order_id), at)
        return str(order_id)

    async def apart(self, who: str) -> str:
        """A difference that waits for a person: the day's tallies were counted, and an order is nobody's. Its id."""
        order_id, day = (await self._paid(who))["id"], last_closed(now())
        await self.payments.svc.count_days(day)
        async with self.payments.svc.uow() as uow:
            found = await uow.fetchval(
                "INSERT INTO parity_difference (id, pair, day, hour, about_id, order_id, what, state, found_at)"
                " VALUES (gen_random_uuid(), 'books', $1, 9, gen_random_uuid(), $2, 'books', 'raised', now())"
                " RETURNING id",
                day, UUID(order_id),
            )  # fmt: skip
        return str(found)

    async def compared(self, who: str) -> Object:
        await self.apart(who)
        return Object(query={"limit": "100"}, shows=(str(last_closed(now())),))

    async def day_apart(self, who: str) -> Object:
        found = await self.apart(who)
        return Object(
            {"day": str(last_closed(now()))}, {"limit": "100"}, shows=(found,), absent={"day": "2001-01-01"}
        )

    async def day(self, who: str) -> Object:
        await self.apart(who)
        return Object({"day": str(last_closed(now()))}, absent={"day": "2001-01-01"})

    async def difference(self, who: str) -> Object:
        return Object({"difference_id": await self.apart(who)})

    async def _billed(self, who: str, *, cents: int | None = None) -> tuple[str, str]:
        """A bill that shows money nobody booked, of an attempt of ours; the difference's id and its day.

        Of `cents` it was decided before, and waits for another operator.
        """
        order, day = await self._order(who), last_closed(now())
        number = (await self._owner(who).start(order["id"]))["id"].replace("-", "")
        async with self.payments.svc.uow() as uow:
            bill = await uow.fetchval(
                "INSERT INTO bill (id, channel, payee, day, version, loaded_at)"
                " VALUES (gen_random_uuid(), 'bank', 'treasury', $1, 1, now())"
                " ON CONFLICT (channel, payee, day) DO UPDATE SET version = 1 RETURNING id",
                day,
            )
            found = await uow.fetchval(
                "INSERT INTO bill_difference (id, bill_id, channel, payee, day, version, kind, entry, key, number,"
                " theirs, attempt_id, state, found_at, decision, note, decided_by)"
                " SELECT gen_random_uuid(), $1, 'bank', 'treasury', $2, 1, 'long', 'payment', $3, $3,"
                " jsonb_build_object('transaction_id', $3::text, 'at', now(), 'amount_cents', $4::bigint), $3::uuid,"
                " CASE WHEN $5 THEN 'awaiting_approval' ELSE 'open' END, now(), CASE WHEN $5 THEN 'accept' END,"
                " CASE WHEN $5 THEN '已核实' END, CASE WHEN $5 THEN gen_random_uuid() END RETURNING id",
                bill, day, number, cents or 2000, cents is not None,
            )  # fmt: skip
        return str(found), str(day)

    async def bills(self, who: str) -> Object:
        _, day = await self._billed(who)
        return Object(query={"limit": "100"}, shows=(day,))

    async def bill_differences(self, who: str) -> Object:
        found, _ = await self._billed(who)
        return Object(query={"limit": "100"}, shows=(found,))

    async def bill_difference(self, who: str) -> Object:
        return Object({"difference_id": (await self._billed(who))[0]})

    async def bill_decision(self, who: str) -> Object:
        return Object({"difference_id": (await self._billed(who, cents=20_000))[0]})

    async def bill(self, who: str) -> Object:
        _, day = await self._billed(who)
        path = {"channel": "bank", "payee": "treasury", "day": day}
        return Object(path, shows=("bank",), absent=path | {"day": "2001-01-01"})

    async def sheet(self, who: str) -> Object:
        made = await self.bill(who)
        return Object(made.path, shows=("结果",), absent=made.absent)

    async def export(self, who: str) -> Object:
        await self._order(who)
        return export_of(getattr(self.cast, who), PURPOSE)

    async def to_end_first(self, who: str) -> Object:
        await self._order(who)
        return export_of(getattr(self.cast, who), "未结清的款项")

    async def to_erase(self, who: str) -> Object:
        await self._order(who)
        return export_of(getattr(self.cast, who), "未缴费")


def calls(make: Objects) -> dict[str, Call]:
    api = "/api/payments"
    return {
        f"GET {api}/orders": Call(make.listed, reads=True),
        f"POST {api}/orders/{{order_id}}/refunds": Call(
            make.paid, {"amount_cents": 100, "reason": "多收退还"}
        ),
        f"GET {api}/refunds/waiting": Call(make.listed_waiting, reads=True),
        f"POST {api}/refunds/{{refund_id}}/approve": Call(make.waiting),
        f"POST {api}/refunds/{{refund_id}}/decline": Call(make.waiting),
        f"GET {api}/orders (?case_id)": Call(make.of_case, reads=True),
        f"GET {api}/orders/{{order_id}}": Call(make.started, reads=True),
        f"GET {api}/orders/{{order_id}}/receipts": Call(make.receipts, reads=True),
        f"GET {api}/receipts/{{receipt_id}}/pdf": Call(make.paper, reads=True),
        f"GET {api}/receipts/check": Call(make.numbers, reads=True),
        "GET /receipts/check": Call(make.numbers, reads=True),
        f"GET {api}/checkout": Call(make.of_case, reads=True),
        f"POST {api}/checkout": Call(make.owing),
        "GET /pay/return/{channel}/{payee}/{number}": Call(make.returning, reads=True),
        "GET /pay/return/{channel}/{payee}": Call(make.returning_signed, reads=True),
        f"POST {api}/orders/{{order_id}}/attempts": Call(make.order, {"channel": "bank"}),
        f"POST {api}/orders/{{order_id}}/check": Call(make.started),
        f"POST {api}/cases/{{case_id}}/orders": Call(make.expired),
        f"GET {api}/refunds": Call(make.refunded, reads=True),
        f"GET {api}/anomalies": Call(make.held, reads=True),
        f"POST {api}/anomalies/{{capture_id}}/refund": Call(make.to_return),
        f"GET {api}/balances": Call(make.booked, reads=True),
        f"GET {api}/parity": Call(make.compared, reads=True),
        f"GET {api}/parity/{{day}}/differences": Call(make.day_apart, reads=True),
        f"POST {api}/parity/{{day}}/comparison": Call(make.day),
        f"GET {api}/parity/differences/{{difference_id}}": Call(make.difference, reads=True),
        f"POST {api}/parity/differences/{{difference_id}}/decision": Call(
            make.difference, {"decision": "corrected", "note": "已按账单更正"}
        ),
        f"GET {api}/bills": Call(make.bills, reads=True),
        f"GET {api}/bills/differences": Call(make.bill_differences, reads=True),
        f"GET {api}/bills/differences/{{difference_id}}": Call(make.bill_difference, reads=True),
        f"POST {api}/bills/differences/{{difference_id}}/decision": Call(
            make.bill_difference, {"decision": "accept", "note": "已与银行核实"}
        ),
        f"POST {api}/bills/differences/{{difference_id}}/approval": Call(
            make.bill_decision, {"approve": True}
        ),
        f"POST {api}/bills/differences/{{difference_id}}/query": Call(make.bill_difference),
        f"GET {api}/bills/{{channel}}/{{payee}}/{{day}}": Call(make.bill, reads=True),
        f"POST {api}/bills/{{channel}}/{{payee}}/{{day}}/fetch": Call(make.bill),
        f"GET {api}/bills/{{channel}}/{{payee}}/{{day}}/sheet": Call(make.sheet, reads=True),
        "GET /internal/people/{account_id}/export": Call(make.export, reads=True),
        "GET /internal/people/{account_id}/blockers": Call(make.to_end_first, reads=True),
        "GET /internal/people/{account_id}/erasure": Call(make.to_erase, reads=True),
        **for_partners("/api/partner/payments", make.notice),
        **for_readers(make.payments.svc, "payment.booked", "evaluation-svc", make.counted),
        **for_operators("payment-svc", make.payments.svc),
    }


@pytest.fixture
def trial(payments, cast) -> Trial:
    return Trial(payments.svc, cast.by_column(), SECRETS)


async def test_who_is_turned_away_learns_and_changes_nothing(payments, cast, trial, subtests) -> None:
    for row, call in each(ROWS, calls(Objects(payments, cast))).items():
        with subtests.test(row):
            assert not await trial.denied(row, call, ROWS[row])


async def test_who_may_gets_it_done(payments, cast, trial, subtests) -> None:
    for row, call in each(ROWS, calls(Objects(payments, cast))).items():
        with subtests.test(row):
            assert not await trial.allowed(row, call, ROWS[row])
