"""The bank's words in ours."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from payment_svc.channels.bank import notices
from payment_svc.channels.bank.mapping import PAYMENT, REFUND, payment_reading, refund_reading
from payment_svc.channels.reading import Unreadable
from payment_svc.domain.readings import PaymentStatus, RefundStatus, entity_id_of, number_of

ORDER = {
    "out_trade_no": "n1",
    "amount_cents": 2000,
    "currency": "CNY",
    "transaction_id": "t1",
    "success_time": "2026-11-22T18:30:59.000+08:00",
}


@given(st.text(max_size=30).filter(lambda word: word not in PAYMENT))
def test_unknown_payment_status_is_pending(word):
    assert payment_reading(ORDER, word, "m").status is PaymentStatus.PENDING


@given(st.text(max_size=30).filter(lambda word: word not in REFUND))
def test_unknown_refund_status_is_processing(word):
    data = {"out_refund_no": "r", "refund_cents": 5}
    assert refund_reading(data, word).status is RefundStatus.PROCESSING


def test_success_is_read_with_its_facts_and_utc():
    reading = payment_reading(ORDER, "SUCCESS", "m")
    assert reading.paid_at == datetime(2026, 11, 22, 10, 30, 59, tzinfo=UTC)
    assert (reading.amount_cents, reading.transaction_id, reading.merchant_id) == (2000, "t1", "m")


@pytest.mark.parametrize("missing", ["out_trade_no", "transaction_id", "amount_cents", "currency"])
def test_success_without_a_fact_is_unreadable(missing):
    with pytest.raises(Unreadable):
        payment_reading({key: value for key, value in ORDER.items() if key != missing}, "SUCCESS", "m")


def test_closed_refund_needs_a_person():
    data = {"out_refund_no": "r", "refund_cents": 5}
    assert refund_reading(data, "CLOSED").status is RefundStatus.ABNORMAL


@given(st.binary(max_size=300))
def test_no_bytes_make_reading_a_notice_fail(body):
    notices.read(body)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=10),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["notice_id", "event", "data", "merchant_id", *ORDER]), inner, max_size=6
            )
        ),
        max_leaves=20,
    ),
    st.sampled_from(["TRANSACTION.SUCCESS", "REFUND.SUCCESS", "X"]),
)
def test_no_document_makes_reading_a_notice_fail(data, event):
    import json

    notices.read(json.dumps({"notice_id": "n", "event": event, "merchant_id": "m", "data": data}).encode())


@given(st.uuids())
def test_number_at_the_provider_leads_back(entity_id):
    assert entity_id_of(number_of(entity_id)) == entity_id


@given(st.text(max_size=64))
def test_foreign_numbers_lead_nowhere_or_to_a_uuid(number):
    entity_id_of(number)
