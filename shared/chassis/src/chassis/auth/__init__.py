"""Who calls: access tokens verified by every service itself."""

from .caller import Caller

__all__ = ["Caller"]
