"""Our spans as OpenTelemetry's, sent in batches by its own exporter."""

from typing import Any

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanContext, SpanKind, TraceFlags

from .context import WorkContext


class OtlpSpans:
    """Hands finished spans to OpenTelemetry's batch processor, which drops rather than blocks."""

    def __init__(self, service: str, endpoint: str) -> None:
        self._resource = Resource.create({"service.name": service})
        self._processor = BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint.rstrip("/") + "/v1/traces"))

    def add(self, name: str, work: WorkContext, start: int, end: int, attributes: dict[str, Any]) -> None:
        """`start` and `end` in nanoseconds since the epoch."""
        self._processor.on_end(
            ReadableSpan(
                name=name,
                context=_span_context(work.trace_id, work.span_id),
                parent=_span_context(work.trace_id, work.parent_span_id) if work.parent_span_id else None,
                resource=self._resource,
                attributes=attributes,
                kind=SpanKind.SERVER,
                start_time=start,
                end_time=end,
            )
        )

    def shutdown(self) -> None:
        self._processor.shutdown()


def _span_context(trace_id: str, span_id: str) -> SpanContext:
    return SpanContext(
        int(trace_id, 16), int(span_id, 16), is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED)
    )
