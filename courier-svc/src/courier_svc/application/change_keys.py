"""A courier's engineers change the secret of their push address: the old one stays good until the day they choose."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.ids import uuid7

from courier_svc.domain.key_errors import KeyNotFound, LastKey, OverlapTooLong, TooManyKeys

from .push_secrets import PushKey, PushSecrets, digest_of

OVERLAP: Final = timedelta(days=7)
LONGEST_OVERLAP: Final = timedelta(days=90)
AT_ONCE: Final = 4
_BYTES: Final = 32


async def shown(uow: UnitOfWork, courier: str, known: PushSecrets) -> tuple[Sequence[PushKey], int]:
    """Those that are kept, newest first; and how many are configured of which nothing is kept."""
    kept = await known.keys.of(uow, courier)
    return kept, len(known.configured - {key.digest for key in kept})


async def issue(
    uow: UnitOfWork, courier: str, known: PushSecrets, by: UUID, old_until: datetime | None
) -> tuple[PushKey, str]:
    """A new key and its secret, which is told this once. Raises TooManyKeys, OverlapTooLong."""
    moment = now()
    until = old_until or moment + OVERLAP
    if not moment - timedelta(minutes=1) <= until <= moment + LONGEST_OVERLAP:
        raise OverlapTooLong(LONGEST_OVERLAP.days)
    keys = known.keys
    kept = await keys.lock(uow, courier)
    valid = [key for key in kept if key.is_valid(moment)]
    configured = known.configured - {key.digest for key in kept}
    if len(valid) + len(configured) >= AT_ONCE:
        raise TooManyKeys(AT_ONCE)
    for key in valid:
        if key.ends_at is None or key.ends_at > until:
            await keys.end(uow, key.id, until)
    for digest in sorted(configured):
        await keys.add(uow, courier, PushKey(uuid7(), digest, "configured", moment, until), None)
    secret = secrets.token_urlsafe(_BYTES)
    made = PushKey(uuid7(), digest_of(secret), "issued", moment)
    await keys.add(uow, courier, made, by)
    facts = {"partner": courier, "old_until": until.isoformat()}
    uow.audit("partner.issue_key", actor=str(by), subject=str(made.id), facts=facts)
    return made, secret


async def revoke(uow: UnitOfWork, courier: str, known: PushSecrets, key_id: UUID, by: UUID) -> None:
    """Ends it now; once more changes nothing. Raises KeyNotFound, LastKey."""
    moment = now()
    keys = known.keys
    kept = await keys.lock(uow, courier)
    found = next((key for key in kept if key.id == key_id), None)
    if found is None:
        raise KeyNotFound
    if not found.is_valid(moment):
        return
    if not any(key.state(moment) == "valid" for key in kept if key.id != key_id):
        raise LastKey
    await keys.revoke(uow, key_id, moment)
    uow.audit("partner.revoke_key", actor=str(by), subject=str(key_id), facts={"partner": courier})
