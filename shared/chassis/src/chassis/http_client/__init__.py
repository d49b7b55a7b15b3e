"""Our own HTTP/1.1 client, for what passes between our own programs: lean, pooled, streaming both ways.

The gateway calls the services with it and the services each other. For a partner's server take a full library: this
one knows no HTTP/2, proxy, redirect, cookie or compression, and refuses what it finds odd.
"""

from .answer import Answer
from .errors import BadAnswer, ConnectFailed, ConnectTimedOut, Dropped, NoneFree, Silent, Torn, UpstreamError
from .pool import Pool
from .request import Headers, Unsendable
from .service_client import CallFailed, ServiceClient

__all__ = [
    "Answer",
    "BadAnswer",
    "CallFailed",
    "ConnectFailed",
    "ConnectTimedOut",
    "Dropped",
    "Headers",
    "NoneFree",
    "Pool",
    "ServiceClient",
    "Silent",
    "Torn",
    "Unsendable",
    "UpstreamError",
]
