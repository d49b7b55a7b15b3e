"""JSON logs, one line an event, masked, each with its request and trace."""

import logging
import sys
from typing import Any, TextIO

import orjson
import structlog

from . import context
from .masking import mask_event


def configure_logging(service: str, level: str, form: str, to: TextIO | None = None) -> None:
    """Sends structlog and the standard library's logging through the same steps to `to`, or standard output."""
    stream = to or sys.stdout
    shared = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_work(service),
        structlog.processors.format_exc_info,
        mask_event,
    ]
    render = (
        structlog.dev.ConsoleRenderer() if form == "console" else structlog.processors.JSONRenderer(_dumps)
    )
    numeric = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    structlog.configure(
        processors=[*shared, render],
        wrapper_class=structlog.make_filtering_bound_logger(numeric),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=[_drop_internals, *shared, render]))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def _dumps(event: Any, **_: Any) -> str:
    return orjson.dumps(event, default=str).decode()


def _add_work(service: str) -> Any:
    def add(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
        event["service"] = service
        work = context.current()
        if work is not None:
            event.setdefault("request_id", work.request_id)
            event["trace_id"] = work.trace_id
            event["span_id"] = work.span_id
        return event

    return add


def _drop_internals(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    event.pop("_record", None)
    event.pop("_from_structlog", None)
    return event
