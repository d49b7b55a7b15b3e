"""The caller of a route."""

from dataclasses import dataclass
from uuid import UUID

from contracts.tokens import AccessClaims, Actor, Role

from ..problems import Forbidden


@dataclass(frozen=True, slots=True)
class Caller:
    """Built from a verified token only."""

    claims: AccessClaims

    @property
    def subject(self) -> str:
        return self.claims.sub

    @property
    def account_id(self) -> UUID:
        """The account's or officer's id; services have none."""
        try:
            return UUID(self.claims.sub)
        except ValueError as error:
            raise Forbidden("此操作需要个人身份。", "This needs a person's account.") from error

    @property
    def actor(self) -> Actor | None:
        """Who acts for the account, and what they are limited to; None where its owner acts."""
        return self.claims.act

    def acts_within(self, item: str, department: str) -> bool:
        """Whether a mandate that the caller acts by is for this; always, where they act for themselves."""
        return self.claims.act is None or self.claims.act.covers(item, department)

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(self.claims.roles)

    def has(self, *roles: Role) -> bool:
        """Whether the caller has any of `roles`."""
        return any(role in self.claims.roles for role in roles)

    def assigned(self, unit: str | None, *roles: Role) -> bool:
        """Whether the caller has any of `roles` at `unit` by a further assignment, not by their own post."""
        return unit is not None and any(
            scope.role in roles and scope.covers(unit) for scope in self.claims.scopes
        )
