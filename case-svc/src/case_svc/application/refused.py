"""A write that guards itself and says afterwards why it was refused: nothing is read where all is well."""

from collections.abc import Awaitable, Callable

from chassis.db import UnitOfWork


class Refused(Exception):
    """The commit found the case other than it must be. `why` reads it and returns or raises the problem."""

    def __init__(self, why: Callable[[UnitOfWork], Awaitable[Exception]]) -> None:
        super().__init__("the case is not as this write needs it")
        self.why = why
