"""Those who work on the same thing take turns in memory: nobody holds a connection to wait for a row."""

import asyncio
from weakref import WeakValueDictionary


class Turns:
    """One lock a key, for as long as somebody holds it or waits for it.

    Spares this process races against itself; those against other processes are found out when the row is written.
    """

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def of(self, key: str) -> asyncio.Lock:
        lock = self._locks.get(key)
        if lock is None:
            lock = self._locks[key] = asyncio.Lock()
        return lock
