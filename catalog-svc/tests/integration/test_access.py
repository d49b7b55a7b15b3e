"""Who may edit, and what malformed requests get."""

from typing import Any
from uuid import uuid4

import pytest
from chassis.testing import Running, bearer
from contracts.tokens import Role

ITEM = "/api/catalog/items/HUZHENG-001"
Headers = dict[str, str]

EDITOR_ROUTES = [
    ("GET", "/api/catalog/drafts"),
    ("POST", "/api/catalog/items"),
    ("GET", f"{ITEM}/versions"),
    ("POST", f"{ITEM}/versions"),
    ("GET", f"{ITEM}/versions/1"),
    ("PUT", f"{ITEM}/versions/1"),
    ("DELETE", f"{ITEM}/versions/1?revision=1"),
    ("GET", f"{ITEM}/versions/1/diff"),
    ("POST", f"{ITEM}/versions/1/publish"),
    ("POST", f"{ITEM}/versions/1/retire"),
]


@pytest.mark.parametrize(("method", "path"), EDITOR_ROUTES)
async def test_only_editors_may_edit(small: Running, method: str, path: str):
    body = {"revision": 1, "content": {}} if method in ("POST", "PUT") else None
    assert (await small.client.request(method, path, json=body)).status_code == 401
    for role in set(Role) - {Role.CATALOG_EDITOR}:
        token = small.tokens.mint(uuid4(), (role,))
        assert (
            await small.client.request(method, path, json=body, headers=bearer(token))
        ).status_code == 403, role


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
