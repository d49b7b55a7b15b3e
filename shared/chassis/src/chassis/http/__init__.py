"""What a route needs: the router with one unit of work a request, the caller, idempotency, `If-Match`."""

from ..auth.caller import Caller
from .body_limit import body_up_to
from .caller import allow, allow_service
from .idempotency import answer_not_stored, requires_idempotency_key
from .if_match import IfMatch
from .route import Router, Uow, WebhookRouter

__all__ = [
    "Caller",
    "IfMatch",
    "Router",
    "Uow",
    "WebhookRouter",
    "allow",
    "allow_service",
    "answer_not_stored",
    "body_up_to",
    "requires_idempotency_key",
]
