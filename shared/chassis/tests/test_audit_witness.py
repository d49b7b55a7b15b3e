"""A service that keeps another's heads, and the command that asks it."""

from typing import Any

import pytest
from chassis.testing import Running, bearer

HEAD: dict[str, Any] = {
    "service": "case-svc", "number": 3, "hash": "ab" * 32, "rows": 7, "sealed_at": "2026-11-28T02:00:00.000001Z",
    "signature": "cd" * 32,
}  # fmt: skip
PATH = "/internal/audit-heads"


async def told(sample: Running, head: dict[str, Any], by: str = "case-svc") -> int:
    answer = await sample.client.post(PATH, json=head, headers=bearer(sample.tokens.service(by)))
    return answer.status_code


async def test_a_head_is_kept_once_and_never_replaced(sample: Running):
    assert [await told(sample, HEAD), await told(sample, HEAD)] == [204, 204]
    assert await told(sample, {**HEAD, "hash": "ef" * 32}) == 409
    kept = await sample.client.get(
        PATH, params={"service": "case-svc"}, headers=bearer(sample.tokens.service("case-svc"))
    )
    assert kept.json() == [HEAD]


async def test_a_service_tells_its_own_heads_only(sample: Running):
    assert await told(sample, HEAD, by="payment-svc") == 403
    assert await told(sample, {**HEAD, "service": "payment-svc"}, by="payment-svc") == 204


@pytest.mark.parametrize("wrong", [{"number": 0}, {"hash": "xyz"}, {"rows": -1}, {"sealed_at": "never"}])
async def test_nonsense_is_refused(sample: Running, wrong: dict[str, Any]):
    assert await told(sample, HEAD | wrong) == 422
