"""The published key set."""

import hashlib
from typing import Any

import orjson
from chassis.http import Router
from fastapi import Request, Response

from .dependencies import TheMenu

router = Router(tags=["keys"])


class KeySet(Response):
    media_type = "application/jwk-set+json"


_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A JSON Web Key Set",
        "content": {
            KeySet.media_type: {
                "schema": {
                    "type": "object",
                    "required": ["keys"],
                    "properties": {"keys": {"type": "array", "items": {"type": "object"}}},
                }
            }
        },
    },
    304: {"description": "Not changed since the given `If-None-Match`"},
}


@router.get(
    "/.well-known/jwks.json",
    summary="签名公钥 · Public signing keys",
    response_class=KeySet,
    responses=_ANSWERS,
)
async def key_set(request: Request, menu: TheMenu) -> Response:
    """A JSON Web Key Set (RFC 7517). Keep it for `max-age`: a new key is in it that long before it signs."""
    body = orjson.dumps(await menu.key_ring.key_set())
    seconds = int(menu.key_set_lifetime.total_seconds())
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {
        "Cache-Control": f"public, max-age={seconds}",
        "ETag": etag,
        "Access-Control-Allow-Origin": "*",  # clients that are pages check tokens too
    }
    if _is_among(etag, request.headers.getlist("if-none-match")):
        return Response(status_code=304, headers=headers)
    return KeySet(body, headers=headers)


def _is_among(etag: str, given: list[str]) -> bool:
    """Compared weakly, as RFC 9110 §13.1.2 has it: a list, `W/` before a tag, or `*`."""
    tags = [tag.strip().removeprefix("W/") for value in given for tag in value.split(",")]
    return etag in tags or "*" in tags
