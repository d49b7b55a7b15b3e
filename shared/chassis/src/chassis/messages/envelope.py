"""CloudEvents 1.0, Kafka binding, binary mode: the envelope is headers, the body is the JSON alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

Headers = list[tuple[str, bytes]]


class BadEnvelope(ValueError):
    """A record without the headers every event of ours has."""


@dataclass(frozen=True, slots=True)
class Envelope:
    id: UUID
    type: str
    time: datetime
    epoch: int
    traceparent: str | None
    correlation_id: str | None


def headers_for(
    *,
    event_id: UUID,
    type: str,
    source: str,
    subject: str,
    time: datetime,
    epoch: int,
    traceparent: str | None,
    correlation_id: str | None,
    causation_id: str | None,
) -> Headers:
    """The headers of one record.

    `logepoch` says how often the broker lost this topic: a consumer that meets a higher one than it
    knew stands in the middle of a log that was grown again, and goes back to its beginning.
    """
    headers: Headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", str(event_id).encode()),
        ("ce_type", type.encode()),
        ("ce_source", source.encode()),
        ("ce_subject", subject.encode()),
        ("ce_time", time.isoformat().encode()),
        ("ce_dataschema", f"/schemas/{type}.json".encode()),
        ("content-type", b"application/json"),
        ("logepoch", str(epoch).encode()),
    ]
    if traceparent:
        headers.append(("traceparent", traceparent.encode()))
    if correlation_id:
        headers.append(("correlationid", correlation_id.encode()))
    if causation_id:
        headers.append(("causationid", causation_id.encode()))
    return headers


def read_headers(headers: Sequence[tuple[str, bytes]]) -> Envelope:
    """The envelope of one record; raises BadEnvelope."""
    named = dict(headers)
    try:
        return Envelope(
            id=UUID(named["ce_id"].decode()),
            type=named["ce_type"].decode(),
            time=datetime.fromisoformat(named["ce_time"].decode()),
            epoch=int(named.get("logepoch", b"1")),
            traceparent=_text(named.get("traceparent")),
            correlation_id=_text(named.get("correlationid")),
        )
    except (KeyError, ValueError) as error:
        raise BadEnvelope(f"not one of our events: {error!r}") from error


def _text(value: bytes | None) -> str | None:
    return value.decode("ascii", "replace") if value else None
