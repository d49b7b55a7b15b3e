"""Identity's published key set, over the connections there are: from whichever instance answers."""

from typing import Any

from chassis.auth.verifier import FetchKeys
from chassis.http_client import BadAnswer

from .proxy.upstream import Upstream

_PATIENCE = 3.0


def key_set_of(upstream: Upstream) -> FetchKeys:
    """What a TokenVerifier fetches its keys with; it raises UpstreamError while identity cannot be reached."""

    async def fetch() -> dict[str, Any]:
        status, keys = await upstream.get_json("identity", "/.well-known/jwks.json", _PATIENCE)
        if status != 200 or not isinstance(keys, dict):
            raise BadAnswer(f"identity answered its key set with {status}")
        return keys

    return fetch
