"""Levels of assurance: what one has, and the check at a window."""

from .routes import router

__all__ = ["router"]
