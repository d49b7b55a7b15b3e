"""Spans for OpenTelemetry, when an endpoint is configured. Trace ids travel whether or not it is."""

import time
from typing import Any

from .context import WorkContext

_exporter: Any = None


def enabled() -> bool:
    return _exporter is not None


def configure(service: str, endpoint: str | None) -> None:
    """Exports spans to `endpoint` (OTLP over HTTP) in the background; needs the `otel` extra."""
    global _exporter
    if endpoint is None:
        return
    from .otlp import OtlpSpans

    _exporter = OtlpSpans(service, endpoint)


def record(name: str, work: WorkContext, seconds: float, attributes: dict[str, Any]) -> None:
    """One finished span of `work`, ending now."""
    if _exporter is not None and work.sampled:
        end = time.time_ns()
        _exporter.add(name, work, end - int(seconds * 1e9), end, attributes)


def shutdown() -> None:
    if _exporter is not None:
        _exporter.shutdown()
