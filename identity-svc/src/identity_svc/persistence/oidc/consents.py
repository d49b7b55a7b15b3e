"""What people agreed to, for each client."""

from uuid import UUID

from chassis.db import UnitOfWork

from ...application.oidc.ports import Consent
from ...domain.oidc.clients import Scope

_GIVE = """
INSERT INTO oidc_consent AS c (owner_id, client_id, scopes) VALUES ($1, $2, $3)
ON CONFLICT (owner_id, client_id) DO UPDATE SET given_at = now(),
  scopes = ARRAY(SELECT DISTINCT scope FROM unnest(c.scopes || excluded.scopes) AS scope ORDER BY scope)
"""
_OF = """
SELECT n.client_id, c.name, c.name_en, d.name AS department, n.scopes, n.given_at
FROM oidc_consent n JOIN oidc_client c ON c.id = n.client_id JOIN department d ON d.code = c.department
WHERE n.owner_id = $1 ORDER BY n.given_at DESC, n.client_id
"""


class SqlConsents:
    async def give(self, uow: UnitOfWork, owner_id: UUID, client_id: str, scopes: frozenset[Scope]) -> None:
        """Adds to what was agreed before."""
        await uow.execute(_GIVE, owner_id, client_id, sorted(scopes))

    async def of(self, uow: UnitOfWork, owner_id: UUID) -> list[Consent]:
        """Newest first. One for each client at most: a list that needs no pages."""
        return [
            Consent(row[0], row[1], row[2], row[3], frozenset(map(Scope, row[4])), row[5])
            for row in await uow.fetch(_OF, owner_id)
        ]

    async def withdraw(self, uow: UnitOfWork, owner_id: UUID, client_id: str) -> bool:
        tag = await uow.execute(
            "DELETE FROM oidc_consent WHERE owner_id = $1 AND client_id = $2", owner_id, client_id
        )
        return tag == "DELETE 1"
