"""Links, found by the keyed hash of what a provider calls the person."""

from datetime import datetime
from uuid import UUID

from chassis.db import UnitOfWork
from chassis.sealing import Sealer

from ...domain.accounts import Kind, Subject
from ...domain.ways_in.links import Link, LinkProof
from ...domain.ways_in.vouched import Provider, Vouched

# Of several links the one whose name for the person comes first: the most particular.
_ENTER = """
UPDATE identity_link SET used_at = $2
WHERE id = (
  SELECT link_id FROM identity_link_subject JOIN unnest($1::bytea[]) WITH ORDINALITY AS wanted (hash, place)
    ON subject_hash = hash OR subject_hash_next = hash
  ORDER BY place LIMIT 1
)
RETURNING id, account_id
"""
_ADD = """
INSERT INTO identity_link (id, account_id, provider, proof, created_at, used_at) VALUES ($1, $2, $3, $4, $5, $5)
"""
_NAME = """
INSERT INTO identity_link_subject (subject_hash, link_id, subject, subject_hash_next) SELECT hash, $2, subject, second
FROM unnest($1::bytea[], $3::bytea[], $4::bytea[]) AS names (hash, subject, second)
WHERE NOT EXISTS (SELECT FROM identity_link_subject known
  WHERE known.subject_hash IN (hash, second) OR known.subject_hash_next IN (hash, second))
ON CONFLICT DO NOTHING
"""
_SUBJECTS = """
SELECT s.link_id, s.subject FROM identity_link l JOIN identity_link_subject s ON s.link_id = l.id
WHERE l.account_id = $1 AND l.provider = $2 ORDER BY l.id
"""


class SqlLinks:
    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    async def enter(self, uow: UnitOfWork, vouched: Vouched, at: datetime) -> Subject | None:
        """Whose account this person may enter; what else the provider calls them leads there from now on."""
        row = await uow.fetchrow(_ENTER, self._hashes(vouched), at)
        if row is None:
            return None
        await self._name(uow, row["id"], vouched)
        account = await uow.fetchrow("SELECT id, kind, ial FROM account WHERE id = $1", row["account_id"])
        assert account is not None
        return Subject(
            account["id"], is_officer=False, roles=(Kind(account["kind"]).role,), ial=account["ial"]
        )

    async def add(
        self,
        uow: UnitOfWork,
        link_id: UUID,
        account_id: UUID,
        vouched: Vouched,
        proof: LinkProof,
        at: datetime,
    ) -> bool:
        """False when a name of this person leads elsewhere; the caller then undoes all of it."""
        await uow.execute(_ADD, link_id, account_id, vouched.provider, proof, at)
        return await self._name(uow, link_id, vouched) == len(vouched.subjects)

    async def of(self, uow: UnitOfWork, account_id: UUID) -> list[Link]:
        rows = await uow.read(
            "SELECT id, provider, proof, created_at, used_at FROM identity_link"
            " WHERE account_id = $1 ORDER BY id LIMIT 100",
            account_id,
        )
        return [
            Link(
                row["id"],
                Provider(row["provider"]),
                LinkProof(row["proof"]),
                row["created_at"],
                row["used_at"],
            )
            for row in rows
        ]

    async def openids(self, uow: UnitOfWork, account_id: UUID) -> dict[str, str]:
        """What WeChat calls the person, by appid; of several links the newest's word."""
        rows = await uow.read(_SUBJECTS, account_id, Provider.WECHAT)
        names = (self._sealer.open(row["subject"], row["link_id"].bytes).decode() for row in rows)
        split = (name.split(":", 2) for name in names if name.startswith("openid:"))
        return {appid: openid for _, appid, openid in split}

    async def remove(self, uow: UnitOfWork, account_id: UUID, link_id: UUID) -> Provider | None:
        """The provider of the link that was there; None when this account has no such link."""
        provider = await uow.fetchval(
            "DELETE FROM identity_link WHERE id = $1 AND account_id = $2 RETURNING provider",
            link_id,
            account_id,
        )
        return Provider(provider) if provider else None

    async def _name(self, uow: UnitOfWork, link_id: UUID, vouched: Vouched) -> int:
        """How many names are new. In sorted order, so that two requests never lock the same ones crosswise."""
        names = sorted(
            (
                self._sealer.lookup_hash(link_name(vouched.provider, name)),
                self._sealer.seal(name.encode(), link_id.bytes),
                self._sealer.next_hash(link_name(vouched.provider, name)),
            )
            for name in vouched.subjects
        )
        hashes, sealed, seconds = (
            (list(column) for column in zip(*names, strict=True)) if names else ([], [], [])
        )
        tag = await uow.execute(_NAME, hashes, link_id, sealed, seconds)
        return int(tag.rpartition(" ")[2])

    def _hashes(self, vouched: Vouched) -> list[bytes]:
        return [
            found
            for name in vouched.subjects
            for found in self._sealer.lookup_hashes(link_name(vouched.provider, name))
        ]


def link_name(provider: str, name: str) -> str:
    """What is hashed of a name that a provider has for somebody."""
    return f"link:{provider}:{name}"
