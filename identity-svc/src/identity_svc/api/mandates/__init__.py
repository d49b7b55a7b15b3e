"""Mandates: given, answered, ended, and acted by."""

from .routes import router

__all__ = ["router"]
