"""The service's own append-only copy of every event: what all its facts can be rebuilt from."""

from collections.abc import Sequence
from typing import Final

from chassis.db import Statement, UnitOfWork

from evaluation_svc.application.ports import Entry

# The body goes in as the bytes it came as: no second serialisation.
_INTO: Final = "INSERT INTO event_history (occurred_at, event_id, type, aggregate, payload)"
_APPEND_ONE: Final = Statement(
    f"""{_INTO} VALUES ($1::timestamptz, $2::uuid, $3::text, $4::text, $5::text::jsonb) ON CONFLICT DO NOTHING"""
)
_APPEND: Final = Statement(
    f"""{_INTO} SELECT occurred_at, event_id, type, aggregate, body::jsonb
 FROM unnest($1::timestamptz[], $2::uuid[], $3::text[], $4::text[], $5::text[])
  AS new (occurred_at, event_id, type, aggregate, body)
 ON CONFLICT DO NOTHING"""
)


class PgHistory:
    async def append(self, uow: UnitOfWork, entries: Sequence[Entry]) -> None:
        """Appends them with the commit, as a part of its statement; one that is there already stays as it is."""
        if len(entries) == 1:
            one = entries[0]
            uow.write(_APPEND_ONE, one.occurred_at, one.event_id, one.type, one.aggregate, one.body.decode())
            return
        uow.write(
            _APPEND,
            [entry.occurred_at for entry in entries],
            [entry.event_id for entry in entries],
            [entry.type for entry in entries],
            [entry.aggregate for entry in entries],
            [entry.body.decode() for entry in entries],
        )
