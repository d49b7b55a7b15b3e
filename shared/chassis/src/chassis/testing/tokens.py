"""Access tokens for tests, signed by a key made for the run."""

import base64
import time
from typing import Any
from uuid import UUID, uuid4

from contracts.tokens import AUDIENCE, ISSUER, Role
from joserfc import jwt
from joserfc.jwk import RSAKey


class Tokens:
    """Mints what identity-svc would sign; `key_set` is what services verify against."""

    def __init__(self) -> None:
        self._key = RSAKey.generate_key(2048, parameters={"kid": "test", "use": "sig", "alg": "RS256"})

    @property
    def public_pem(self) -> bytes:
        return self._key.as_pem(private=False)

    async def key_set(self) -> dict[str, Any]:
        return {"keys": [self._key.as_dict(private=False)]}

    def mint(self, sub: str | UUID, roles: tuple[Role, ...], **claims: Any) -> str:
        """A token; any claim can be overridden, to forge one."""
        moment = int(time.time())
        body = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(sub),
            "iat": moment,
            "exp": moment + 600,
            "jti": str(uuid4()),
            "roles": [str(role) for role in roles],
            **claims,
        }
        return jwt.encode({"alg": "RS256", "kid": "test"}, body, self._key)

    def citizen(self, account_id: UUID, *, ial: int = 2) -> str:
        return self.mint(account_id, (Role.CITIZEN,), ial=ial)

    def company(self, account_id: UUID, *, ial: int = 2) -> str:
        return self.mint(account_id, (Role.COMPANY,), ial=ial)

    def officer(
        self,
        officer_id: UUID,
        *,
        unit: str,
        department: str,
        rank: int = 1,
        roles: tuple[Role, ...] = (Role.OFFICER,),
    ) -> str:
        return self.mint(officer_id, roles, unit=unit, department=department, rank=rank)

    def operator(self) -> str:
        return self.mint(uuid4(), (Role.OPERATOR,))

    def service(self, name: str) -> str:
        return self.mint(name, (Role.SERVICE,))


def bearer(token: str) -> dict[str, str]:
    """The header that carries `token`."""
    return {"Authorization": f"Bearer {token}"}


TEST_KEYS = {
    "data_keys": "test:" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode(),
    "lookup_key": base64.b64encode(b"fedcba9876543210fedcba9876543210").decode(),
}
"""Settings for the Sealer in tests: `PaymentSettings(**TEST_KEYS, database_url=…)`."""
