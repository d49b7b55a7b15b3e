"""Two sides' books: all pages of a partner's, and what one side has and the other has not."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from typing import Any

from city import City

from .patient import Patient
from .walks import Walk

Check = Callable[[City, Patient, Sequence[Walk]], AsyncIterator[str]]
"""Yields sentences about what does not agree; no sentence, no difference."""


def differences(what: str, ours: Iterable[Any], theirs: Iterable[Any]) -> Iterator[str]:
    """Two books as multisets: what one has and the other has not."""
    mine, others = Counter(ours), Counter(theirs)
    for name, surplus in (("only we have", mine - others), ("only the other side has", others - mine)):
        if surplus:
            yield f"{what}: {name} {surplus.total()}, such as {list(surplus)[:3]}"


async def whole(outside: Patient, path: str, lists: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """All pages of the sandbox's books."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in lists}
    after: int | None = 0
    while after is not None:
        page = await outside.control("GET", f"{path}?limit=1000&after={after}")
        for name in lists:
            found[name] += page[name]
        after = page["next"]
    return found
