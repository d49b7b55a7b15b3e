"""What malformed requests get."""

from typing import Any

import pytest
from chassis.testing import Running

ITEM = "/api/catalog/items/HUZHENG-001"
Headers = dict[str, str]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"null",
        b'{"revision": "1"}',
        b'{"revision": 99999999999999}',
        b'{"revision": 1, "x": 1}',
        b'{"revision": "\\u0000"}',
    ],
)
async def test_malformed_body_is_a_clear_422(small: Running, editor: Headers, body: bytes):
    headers = {**editor, "Content-Type": "application/json"}
    answer = await small.client.post(f"{ITEM}/versions/1/publish", content=body, headers=headers)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


async def test_nul_in_content_is_refused(small: Running, editor: Headers, item: dict[str, Any]):
    content = {**item, "code": "HUZHENG-050", "name": "a\x00b"}
    answer = await small.client.post("/api/catalog/items", json={"content": content}, headers=editor)
    assert answer.status_code == 422
