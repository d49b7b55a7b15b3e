"""The bare-machine stack: PostgreSQL, Valkey, broker, partner sandbox and services under one supervisor."""

from embedded.failures import PlatformFailed
from embedded.stack import EmbeddedStack

__all__ = ["EmbeddedStack", "PlatformFailed"]
