"""What a service keeps of a person, by the account's id, handed out in parts when its owner asks for all of it."""

from .keeping import ExportPage, FileNote, PersonalData, Record
from .routes import people_router

__all__ = ["ExportPage", "FileNote", "PersonalData", "Record", "people_router"]
