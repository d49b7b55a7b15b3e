"""What a provider signs may say who paid: it is at rest sealed, and still found and applied."""

from uuid import uuid4

from chassis.clock import now
from payment_svc.domain.money_records import NoticeRow
from payment_svc.domain.payees import Payee
from payment_svc.domain.readings import NoticeOutcome

SAID = b'{"buyer_id": "2088902006109999"}'


async def kept(payments) -> NoticeRow:
    row = NoticeRow(uuid4(), Payee.TREASURY, uuid4().hex, "TRANSACTION.SUCCESS", SAID)
    async with payments.svc.uow() as uow:
        payments.svc.service.state.use_cases.receive_notice._notices.keep(
            uow, "bank", row, NoticeOutcome.UNMATCHED, now()
        )
    return row


async def bodies(payments, row: NoticeRow) -> tuple[bytes | None, bytes | None]:
    async with payments.svc.uow() as uow:
        return tuple(await uow.fetchrow("SELECT sealed_body, body FROM notice WHERE id = $1", row.id))


async def test_body_lies_sealed_and_is_read_as_it_came(payments):
    row = await kept(payments)
    sealed, plain = await bodies(payments, row)
    assert plain is None and b"2088902006109999" not in sealed
    notices = payments.svc.service.state.use_cases.receive_notice._notices
    async with payments.svc.uow() as uow:
        assert [found for _, found in await notices.take_unmatched(uow, type(row.id)(int=0), 10)] == [row]


async def test_notice_from_before_is_readable_and_gets_sealed(payments):
    row = await kept(payments)
    async with payments.svc.uow() as uow:
        await uow.execute("UPDATE notice SET sealed_body = NULL, body = $2 WHERE id = $1", row.id, row.body)
    use = payments.svc.service.state.use_cases
    notices = use.receive_notice._notices
    for _ in range(2):
        async with payments.svc.uow() as uow:
            assert [found for _, found in await notices.take_unmatched(uow, type(row.id)(int=0), 10)] == [row]
        await use.seal_notices.run(None, payments.svc.service.begin)
    sealed, plain = await bodies(payments, row)
    assert plain is None and b"2088902006109999" not in sealed
