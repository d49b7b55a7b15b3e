"""PostgreSQL: one pool, one unit of work, one way to migrate."""

from .statement import Statement
from .uow import UnitOfWork

__all__ = ["Statement", "UnitOfWork"]
