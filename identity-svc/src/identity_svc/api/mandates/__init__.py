"""Mandates: given, answered, ended, and acted by."""

from .internal import internal_router
from .routes import router

__all__ = ["internal_router", "router"]
