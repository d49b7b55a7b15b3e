"""Levels of assurance."""

from datetime import timedelta

from ..api.assurance import router
from ..api.assurance.routes import AssuranceDesk
from ..application.lower_assurance import LowerAssurance
from ..application.verify_at_window import AtWindow, VerifyAtWindow
from .parts import Parts

ROUTERS = (router,)


def wire(parts: Parts) -> None:
    stores = parts.stores
    at_window = AtWindow(stores.officers, stores.organisation)
    parts.service.state.assurance = AssuranceDesk(
        stores.assurance, VerifyAtWindow(at_window, stores.accounts, parts.raise_assurance)
    )
    lower = LowerAssurance(stores.assurance)
    parts.service.job("identity.lower_assurance", lower, every=timedelta(minutes=10))
