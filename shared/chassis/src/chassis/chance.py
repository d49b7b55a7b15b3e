"""Random bytes for identifiers, from the kernel by the page."""

import os

_PAGE = 4_096
_page = b""
_used = 0


def random_bytes(count: int) -> bytes:
    """`count` unpredictable bytes, up to a page; no two calls get the same ones.

    A call to the kernel for each costs more CPU than all the rest of making an id or a trace, and a request needs four.
    For keys and codes that are secrets use `secrets`.
    """
    global _page, _used
    start, _used = _used, _used + count
    if _used > len(_page):
        _page, start, _used = os.urandom(_PAGE), 0, count
    return _page[start:_used]


def _forget() -> None:
    global _page, _used
    _page, _used = b"", 0


# A child process must not go on with its parent's page.
os.register_at_fork(after_in_child=_forget)
