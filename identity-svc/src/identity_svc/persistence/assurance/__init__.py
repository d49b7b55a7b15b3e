"""Proofs of who an account's owner is."""

from .store import SqlAssurance

__all__ = ["SqlAssurance"]
