"""What providers post to us. Answers as each one's protocol says, never as a problem document, never 500.

Plain Starlette routes: the bytes must reach the verification untouched, and this is the hottest path.
"""

import structlog
from chassis.db.faults import is_infrastructure
from chassis.http import WebhookRouter
from prometheus_client import Counter
from starlette.requests import Request
from starlette.responses import Response

from ..application.channel_port import Delivery, NoticeRefused, PaymentChannel, Reply
from ..domain.errors import ChannelNotOffered
from ..domain.payees import Payee

log = structlog.get_logger(__name__)

MAX_BYTES = 65_536
RECEIVED = Counter(
    "payment_notices_total", "Authentic notices stored, by what they were", ["channel", "outcome"]
)
REFUSED = Counter("payment_notices_refused_total", "Notices that could not be verified", ["channel", "cause"])


async def notice(request: Request) -> Response:
    """By the channel's protocol: kept and committed; cannot be verified; try again. 404 where nobody is meant."""
    service, use = request.app.state.service, request.app.state.use_cases
    try:
        payee = Payee(request.path_params["payee"])
        channel: PaymentChannel = use.channels.of(request.path_params["channel"], payee)
    except (ValueError, ChannelNotOffered):
        return Response(status_code=404)
    body = await _body(request)
    if body is None:
        return _refused(request, channel, "too_large", b"", MAX_BYTES)
    delivery = Delivery(request.method, request.scope["query_string"], request.headers, body)
    try:
        outcome = await use.receive_notice(channel, payee, delivery, service.begin)
    except NoticeRefused as error:
        content = body or delivery.query
        return _refused(request, channel, error.cause, content, len(content))
    except Exception as error:
        if not is_infrastructure(error):
            log.exception("notice_not_stored", channel=channel.name)
        return _response(channel.replies.later)
    RECEIVED.labels(channel.name, outcome).inc()
    return _response(channel.replies.accepted)


async def _body(request: Request) -> bytes | None:
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MAX_BYTES:
            return None
        chunks.append(chunk)
    return b"".join(chunks)


def _refused(request: Request, channel: PaymentChannel, cause: str, content: bytes, size: int) -> Response:
    request.app.state.refusals.note(channel.name, request.path_params["payee"], cause, content, size)
    REFUSED.labels(channel.name, cause).inc()
    log.warning("notice_refused", channel=channel.name, cause=cause)
    return _response(channel.replies.refused)


def _response(reply: Reply) -> Response:
    return Response(reply.body, reply.status, media_type=reply.media_type)


router = WebhookRouter()
router.add_route(
    "/webhooks/payments/{channel}/{payee}", notice, methods=["GET", "POST"], include_in_schema=False
)
