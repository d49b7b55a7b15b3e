"""How many of something one caller may have under way."""

import contextlib
from collections import Counter
from collections.abc import Iterator

from chassis.problems import TooManyRequests

from ..metrics import LIMITED


class AtOnce:
    """At most `most` a key, in this process."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._under_way: Counter[str] = Counter()

    @contextlib.contextmanager
    def one(self, key: str) -> Iterator[None]:
        """One more while the block runs. Raises TooManyRequests."""
        if self._under_way[key] >= self._most:
            LIMITED.labels("at once").inc()
            raise TooManyRequests(
                f"同时上传不能超过 {self._most} 个，请等其中一个完成后再试。",
                f"No more than {self._most} uploads at the same time; wait until one of yours has ended.",
                retry_after=5,
            )
        self._under_way[key] += 1
        try:
            yield
        finally:
            self._under_way[key] -= 1
            if not self._under_way[key]:
                del self._under_way[key]
