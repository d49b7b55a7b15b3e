"""The service's own append-only copy of every event: what all its facts can be rebuilt from."""

from collections.abc import Sequence

from chassis.db import UnitOfWork

from evaluation_svc.application.ports import Entry

# The body goes in as the bytes it came as: no second serialisation.
_APPEND = """INSERT INTO event_history (occurred_at, event_id, type, aggregate, payload)
 SELECT occurred_at, event_id, type, aggregate, body::jsonb
 FROM unnest($1::timestamptz[], $2::uuid[], $3::text[], $4::text[], $5::text[])
  AS new (occurred_at, event_id, type, aggregate, body)
 ON CONFLICT DO NOTHING"""


class PgHistory:
    async def append(self, uow: UnitOfWork, entries: Sequence[Entry]) -> None:
        """Appends any number in one statement; one that is there already stays as it is."""
        await uow.execute(
            _APPEND,
            [entry.occurred_at for entry in entries],
            [entry.event_id for entry in entries],
            [entry.type for entry in entries],
            [entry.aggregate for entry in entries],
            [entry.body.decode() for entry in entries],
        )
