"""The people the city's platform knows, and how far it trusts what it knows of them."""

import sqlite3
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict

from ..books import Books
from ..edge import Document
from ..errors import Refused
from ..fields import text
from ..sms import plain_phone

Level = Literal["二级", "三级", "四级", "五级"]
"""二 self-declared, 三 name and number confirmed, 四 the person too (face), 五 certificate or window."""

_FIRST_PEOPLE = (
    ("xa-10001", "王小明", "610102199003070016", "13800000001", "四级"),
    ("xa-10002", "陈静", "610104198806150026", "13800000009", "三级"),
    ("xa-10003", "自报", "610104199912310024", "13800000010", "二级"),
)


class PutPerson(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, text(64)]
    id_number: Annotated[str, text(32)]
    phone: Annotated[str, text(32), AfterValidator(plain_phone)]
    level: Annotated[str, text(16)] = "四级"


class CityPeople:
    def __init__(self, books: Books) -> None:
        self._books = books
        with books.transaction():
            for person in _FIRST_PEOPLE:
                self._put("INSERT OR IGNORE", *person)

    def put(self, sub: str, asked: PutPerson) -> Document:
        self._put("INSERT OR REPLACE", sub, asked.name, asked.id_number, asked.phone, asked.level)
        return dict(self.get(sub))

    def all(self) -> list[sqlite3.Row]:
        return self._books.rows("SELECT * FROM city_person ORDER BY sub")

    def find(self, sub: str) -> sqlite3.Row | None:
        return self._books.row("SELECT * FROM city_person WHERE sub = ?", sub)

    def get(self, sub: str) -> sqlite3.Row:
        found = self.find(sub)
        if found is None:
            raise Refused(404, "PERSON_NOT_EXIST", "没有这个用户")
        return found

    def _put(self, verb: str, *values: str) -> None:
        self._books.run(
            f"{verb} INTO city_person (sub, name, id_number, phone, level) VALUES (?, ?, ?, ?, ?)", *values
        )
