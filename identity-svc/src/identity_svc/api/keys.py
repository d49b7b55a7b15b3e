"""The published key set."""

import hashlib

import orjson
from chassis.http import Router
from fastapi import Request, Response

from .dependencies import TheMenu

router = Router(tags=["keys"])


@router.get("/.well-known/jwks.json", summary="签名公钥 · Public signing keys")
async def key_set(request: Request, menu: TheMenu) -> Response:
    """A JSON Web Key Set (RFC 7517). Keep it for `max-age`: a new key is in it that long before it signs."""
    body = orjson.dumps(await menu.key_ring.key_set())
    seconds = int(menu.key_set_lifetime.total_seconds())
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"Cache-Control": f"public, max-age={seconds}", "ETag": etag}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/jwk-set+json")
