"""The public history of a case: every state and every change of its promise, in words."""

from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from chassis.db import UnitOfWork

from ..domain.case import Case
from ..domain.people import Officer
from ..domain.timeline import Entry, sentence
from .desk import Desk
from .name_agents import name_agents
from .read_case import Reader, readable_case
from .records import Folder

_INTERNAL: Final = frozenset({"opinion"})
"""Written by officers for officers; the applicant reads reason, basis and remedy."""


_INTERNAL_FACTS: Final = frozenset({"taken_over_from"})
"""Which colleague it was is the unit's business."""


@dataclass(frozen=True, slots=True)
class Told:
    entry: Entry
    zh: str
    en: str
    details: dict[str, Any]


async def tell_timeline(
    desk: Desk, uow: UnitOfWork, reader: Reader, case_id: UUID
) -> tuple[Case, list[Told]]:
    """Oldest first; who acted for the applicant by their masked name, where identity-svc can tell."""
    case = await readable_case(desk, uow, reader, case_id)
    entries = await desk.history.entries(uow, case_id)
    mandates = {entry.mandate_id for entry in entries if entry.mandate_id}
    agents = await name_agents(desk, uow, reader, mandates)
    named = [
        replace(entry, agent=agents.get(entry.mandate_id)) if entry.mandate_id else entry for entry in entries
    ]
    return case, [_told(entry, isinstance(reader, Officer)) for entry in named]


def latest_details(reader: Reader, folder: Folder) -> dict[str, Any] | None:
    """What was last written to the applicant: what is lacking, why it was denied, what a query answered."""
    for texts in folder.written:
        if details := _shown(texts, isinstance(reader, Officer)):
            return details
    return None


def _told(entry: Entry, to_officer: bool) -> Told:
    if not to_officer and _INTERNAL_FACTS & entry.facts.keys():
        facts = {name: value for name, value in entry.facts.items() if name not in _INTERNAL_FACTS}
        entry = replace(entry, facts=facts)
    return Told(entry, *sentence(entry), _shown(entry.texts, to_officer))


def _shown(texts: dict[str, Any], to_officer: bool) -> dict[str, Any]:
    return {name: value for name, value in texts.items() if to_officer or name not in _INTERNAL}
