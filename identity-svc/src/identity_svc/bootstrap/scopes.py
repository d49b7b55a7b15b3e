"""Further assignments of officers, put together."""

from dataclasses import dataclass

from ..api import scopes
from ..application.manage_scopes import ManageScopes
from ..persistence.scopes import SqlScopes
from .parts import Parts

ROUTERS = (scopes.router,)


@dataclass(frozen=True, slots=True)
class ScopesDesk:
    manage: ManageScopes
    store: SqlScopes


def wire(parts: Parts) -> None:
    store, stores = SqlScopes(), parts.stores
    manage = ManageScopes(store, stores.officers, stores.organisation, parts.revoke_access, stores.messages)
    parts.service.state.scopes = ScopesDesk(manage, store)
