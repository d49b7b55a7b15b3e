"""Mandates and the accounts they concern."""

from .people import SqlPeople
from .store import SqlMandates

__all__ = ["SqlMandates", "SqlPeople"]
