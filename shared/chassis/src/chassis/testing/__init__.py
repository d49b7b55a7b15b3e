"""Testing a service for real: PostgreSQL, broker and Redis from wheels, tokens from a test key. Never in production."""

from .harness import Running, running
from .migrations import assert_migrations_match
from .plans import plan_of
from .tokens import TEST_KEYS, Tokens, bearer

__all__ = ["TEST_KEYS", "Running", "Tokens", "assert_migrations_match", "bearer", "plan_of", "running"]
