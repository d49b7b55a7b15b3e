"""Claiming (领取): one officer of the unit says that a case is theirs to handle. Nobody has to."""

from typing import Any, Final
from uuid import UUID

from .item import Item
from .transitions import Action

_SAME_HANDS: Final = frozenset({Action.REQUEST_SUPPLEMENT, Action.SUPPLEMENT, Action.REQUEST_PICKUP})


def holder_after(holder: UUID, action: Action, by: UUID | None, item: Item) -> UUID | None:
    """Whose a claimed case is after `action` of the officer `by`.

    It stays in the hands of who acts, over a supplement and over an acceptance where the same officer decides. Every
    other step ends the claim: a decision by levels is never one officer's, and what is done is nobody's to do.
    """
    if action in _SAME_HANDS or (action is Action.ACCEPT and item.levels == 0 and item.is_decided):
        return by or holder
    return None


def told_of_takeover(holder: UUID, by: UUID | None) -> dict[str, Any]:
    """What history keeps where somebody else than the holder acts."""
    return {"taken_over_from": str(holder)} if by not in (None, holder) else {}
