"""Python's cyclic garbage collector, set for a process that starts once and answers for weeks."""

import gc

_NEW_OBJECTS = 20_000
"""More objects made than freed before it looks; Python's own 700 are passed by every other request."""


def relax() -> None:
    """Called when everything is imported and wired: what is there now stays for ever and is never looked at again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, 10, 10)
