"""What a service keeps of a person, by the account's id: handed out in parts, and erased when its owner asks."""

from .erasing import add_erasure_table, create_erasure_table, erase_on_request, erases
from .keeping import Blocker, ErasureReport, ExportPage, FileNote, Outcome, PersonalData, Record
from .retention import NOBODY, Rule, erased, kept
from .routes import people_router

__all__ = [
    "NOBODY",
    "Blocker",
    "ErasureReport",
    "ExportPage",
    "FileNote",
    "Outcome",
    "PersonalData",
    "Record",
    "Rule",
    "add_erasure_table",
    "create_erasure_table",
    "erase_on_request",
    "erased",
    "erases",
    "kept",
    "people_router",
]
