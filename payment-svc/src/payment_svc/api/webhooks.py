"""What the bank posts to us. Answers as the bank's protocol says, never as a problem document, never 500.

A plain Starlette route: the bytes must reach the verification untouched, and this is the hottest path.
"""

import structlog
from chassis.db.faults import is_infrastructure
from chassis.http import WebhookRouter
from prometheus_client import Counter
from starlette.requests import Request
from starlette.responses import Response

from ..application.channel_port import NoticeRefused

log = structlog.get_logger(__name__)

MAX_BYTES = 65_536
RECEIVED = Counter(
    "payment_notices_total", "Authentic notices stored, by what they were", ["channel", "outcome"]
)
REFUSED = Counter("payment_notices_refused_total", "Notices that could not be verified", ["channel", "cause"])

_ACCEPTED = b'{"code":"SUCCESS"}'
_JSON = "application/json"


async def bank_notice(request: Request) -> Response:
    """200 once the notice is committed; 401 unverifiable; 413 too large; 503 try again."""
    body = await _body(request)
    if body is None:
        REFUSED.labels("bank", "too_large").inc()
        return _failed(413, "too large")
    service = request.app.state.service
    try:
        outcome = await request.app.state.use_cases.receive_notice(
            "bank", request.headers, body, service.begin
        )
    except NoticeRefused as error:
        REFUSED.labels("bank", error.cause).inc()
        log.warning("notice_refused", channel="bank", cause=error.cause)
        return _failed(401, "not verified")
    except Exception as error:
        if not is_infrastructure(error):
            log.exception("notice_not_stored", channel="bank")
        return _failed(503, "try again")
    RECEIVED.labels("bank", outcome).inc()
    return Response(_ACCEPTED, media_type=_JSON)


async def _body(request: Request) -> bytes | None:
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MAX_BYTES:
            return None
        chunks.append(chunk)
    return b"".join(chunks)


def _failed(status: int, message: str) -> Response:
    return Response(b'{"code":"FAIL","message":"%s"}' % message.encode(), status, media_type=_JSON)


router = WebhookRouter()
router.add_route("/webhooks/bank", bank_notice, methods=["POST"], include_in_schema=False)
