"""How a transaction is begun outside a request."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from ..db.uow import UnitOfWork


class Begin(Protocol):
    """`async with begin() as uow:` commits at the end of the block and rolls back on any exception."""

    def __call__(self) -> AbstractAsyncContextManager[UnitOfWork]: ...
