"""A provider's key file: its present public key, and those that it changes to or from beside it."""

import re
from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from .authentic import NotAuthentic

Key = TypeVar("Key")
_PEM: Final = re.compile(rb"-----BEGIN [A-Z ]+-----.*?-----END [A-Z ]+-----", re.DOTALL)


def keys_in(content: bytes) -> list[bytes]:
    """The PEM blocks of a file, in their order; of one without any, its lines. The first is the present key.

    Raises ValueError where there is none.
    """
    found = _PEM.findall(content) or content.split()
    if not found:
        raise ValueError("a provider's key file is empty")
    return found


def proven_by_one(keys: Iterable[Key], prove: Callable[[Key], None]) -> None:
    """For signatures that do not name their key. Raises the first key's NotAuthentic where none proves it."""
    first: NotAuthentic | None = None
    for key in keys:
        try:
            prove(key)
        except NotAuthentic as error:
            first = first or error
        else:
            return
    if first is not None:
        raise first
