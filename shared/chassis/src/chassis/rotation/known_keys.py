"""Which keys a database needs: written down as they come into use, so that a start without one of them is refused."""

from collections.abc import Collection, Sequence

from ..db.uow import UnitOfWork
from ..jobs.begin import Begin
from ..sealing import Sealer
from .columns import LookupColumn
from .targets import Target


class KeyMissing(RuntimeError):
    """Data is under a key that is not configured: starting would only find out row by row."""


class ChangeUnfinished(RuntimeError):
    """A change of the lookup key went to its next phase before the one before was through."""


async def require_keys(service: str, sealer: Sealer, targets: Sequence[Target], begin: Begin) -> None:
    """Raises KeyMissing or ChangeUnfinished; remembers the configured keys otherwise, lookup keys among them."""
    configured = [*sealer.key_ids, *sealer.fingerprints]
    async with begin() as uow:
        rows = await uow.read("SELECT key_id FROM sealing_key WHERE emptied_at IS NULL")
        known = {row["key_id"] for row in rows}
        missing = sorted(known - set(configured))
        if missing:
            raise KeyMissing(_words(service, missing))
        for target in targets:
            if isinstance(target, LookupColumn):
                begins = not known.issuperset(sealer.fingerprints)
                if problem := await target.unfinished(uow, sealer, begins=begins):
                    raise ChangeUnfinished(f"{service}: {problem}")
        if not known.issuperset(configured):
            await uow.execute(
                """INSERT INTO sealing_key (key_id) SELECT unnest($1::text[])
 ON CONFLICT (key_id) DO UPDATE SET emptied_at = NULL""",
                sorted(configured),
            )


async def note_emptied(uow: UnitOfWork, key_ids: Collection[str]) -> None:
    """From now on the service starts without these."""
    await uow.execute(
        "UPDATE sealing_key SET emptied_at = now() WHERE key_id = ANY($1::text[]) AND emptied_at IS NULL",
        sorted(key_ids),
    )


def _words(service: str, missing: list[str]) -> str:
    lookup = any(key_id.startswith("lookup:") for key_id in missing)
    setting = "LOOKUP_KEY" if lookup else "DATA_KEYS"
    return (
        f"{service}: 数据库里有数据用着未配置的密钥 {', '.join(missing)}，请在 {setting} 中恢复"
        f" · data here is under keys that are not configured ({', '.join(missing)}): restore them in {setting}"
    )
