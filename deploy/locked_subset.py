"""Prints the part of requirements.lock that some packages need, hashes included, without asking any registry.

`python deploy/locked_subset.py payment-svc chassis contracts`: what these need, with everything below it.
A name may be one of our packages or a locked one. Used by the container build and the isolated tests.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

LOCK = Path(__file__).resolve().parent.parent / "requirements.lock"
_PIN = re.compile(r"([a-z0-9._-]+)==")
_VIA = re.compile(r"^    #(?: via)? +([A-Za-z0-9._-]+)")


def blocks(text: str) -> Iterator[tuple[str, list[str], set[str]]]:
    """Each pin: its name, its lines, and who needs it, as the comments below it say."""
    found: list[tuple[str, list[str], set[str]]] = []
    for line in text.splitlines():
        if pin := _PIN.match(line):
            found.append((pin[1], [line], set()))
        elif found and (via := _VIA.match(line)) and via[1] != "via":
            found[-1][2].add(via[1])
        elif found and line.startswith("    --hash"):
            found[-1][1].append(line)
    yield from found


def subset(text: str, roots: set[str]) -> str:
    """The lock of `roots`; raises LookupError for a name the lock knows nothing of."""
    pins = list(blocks(text))
    known = {name for name, _, _ in pins} | {parent for _, _, parents in pins for parent in parents}
    if unknown := roots - known:
        raise LookupError(f"requirements.lock knows nothing of {', '.join(sorted(unknown))}")
    wanted = set(roots)
    while more := {name for name, _, parents in pins if parents & wanted} - wanted:
        wanted |= more
    return "".join("\n".join(lines) + "\n" for name, lines, _ in pins if name in wanted)


if __name__ == "__main__":
    try:
        sys.stdout.write(subset(LOCK.read_text(), set(sys.argv[1:])))
    except LookupError as error:
        sys.exit(str(error))
