"""What was paid and given back before there were receipts gets them too."""

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg
from chassis.db.migrate import downgrade, upgrade
from chassis.testing.databases import owner_url

from .conftest import MIGRATIONS


async def test_money_of_before_is_owed_its_receipts(fresh_database: Any) -> None:
    async with fresh_database(MIGRATIONS) as url:
        await asyncio.to_thread(downgrade, owner_url(url), MIGRATIONS, "0007")
        connection = await asyncpg.connect(owner_url(url))
        paid = await money(connection, "applied")
        returned = await money(connection, "refunded")
        held = await money(connection, "held")
        await asyncio.to_thread(upgrade, owner_url(url), MIGRATIONS)
        owed = await connection.fetch(
            "SELECT order_id, kind, state, amount_cents, reversed_cents FROM receipt"
        )
        jobs = await connection.fetch("SELECT key FROM job WHERE kind = 'payment.issue_receipt'")
        numbers = await connection.fetch("SELECT id::text FROM receipt")
        await connection.close()
    assert {tuple(row) for row in owed} == {
        (paid, "blue", "requested", 2000, 0),
        (returned, "blue", "requested", 2000, 2000),
        (returned, "red", "requested", 2000, 0),
    }
    assert {row[0] for row in jobs} == {row[0] for row in numbers} and len(jobs) == 3
    assert held not in {row["order_id"] for row in owed}


async def money(connection: asyncpg.Connection, state: str) -> Any:
    """A capture as it stood then, refunded where its state says so; its order."""
    case_id, order_id, attempt_id, capture_id = (uuid4() for _ in range(4))
    await connection.execute(
        "INSERT INTO case_due (case_id, case_no, item_code, applicant_id, unit, department, purpose, amount_source,"
        " amount_cents, requested_at) VALUES ($1, 'X', 'X', $1, 'X', 'X', 'X', 'fixed', 2000, now())",
        case_id,
    )
    await connection.execute(
        "INSERT INTO payment_order (id, case_id, applicant_id, purpose, state, version, amount_cents, amount_source,"
        " created_at) VALUES ($1, $2, $2, 'X', 'paid', 2, 2000, 'fixed', now())",
        order_id,
        case_id,
    )
    await connection.execute(
        "INSERT INTO attempt (id, order_id, channel, state, created_at) VALUES ($1, $2, 'bank', 'succeeded', now())",
        attempt_id,
        order_id,
    )
    await connection.execute(
        "INSERT INTO capture (id, channel, transaction_id, attempt_id, order_id, amount_cents, currency, merchant_id,"
        " paid_at, received_at, pays_order, state)"
        " VALUES ($1, 'bank', $2, $3, $4, 2000, 'CNY', 'X', now(), now(), $5, $6)",
        capture_id, capture_id.hex, attempt_id, order_id, state != "held", state,
    )  # fmt: skip
    if state == "refunded":
        await connection.execute(
            "INSERT INTO refund (id, capture_id, order_id, amount_cents, why, state, requested_at, done_at)"
            " VALUES (gen_random_uuid(), $1, $2, 2000, 'case_withdrawn', 'succeeded', now(), now())",
            capture_id,
            order_id,
        )
    return order_id
