"""PostgreSQL: one pool, one unit of work, one way to migrate."""

from .uow import UnitOfWork

__all__ = ["UnitOfWork"]
