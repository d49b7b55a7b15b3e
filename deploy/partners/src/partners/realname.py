"""The real-name service: a rule over well-formed numbers, and exceptions that control writes down."""

from datetime import UTC, date, datetime
from secrets import token_hex
from typing import Annotated, Literal

from pydantic import BaseModel
from starlette.routing import Route

from .books import Books
from .edge import Call, Document, Edge
from .fields import text

Result = Literal["MATCH", "MISMATCH", "NOT_FOUND"]

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK = "10X98765432"
_GENERATION = 16_00_00
"""Years between a parent's birth and a child's at least, as the digits of two dates differ."""
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


class CheckPerson(BaseModel):
    name: Annotated[str, text(64)]
    id_number: Annotated[str, text(32)]


class CheckKinship(BaseModel):
    """Whether the first is a parent of the second."""

    name: Annotated[str, text(64)]
    id_number: Annotated[str, text(32)]
    child_name: Annotated[str, text(64)]
    child_id_number: Annotated[str, text(32)]


class CheckCompany(BaseModel):
    uscc: Annotated[str, text(32)]
    name: Annotated[str, text(128)]
    legal_representative: Annotated[str, text(64)]


class RealNameService:
    def __init__(self, books: Books) -> None:
        self._books = books

    def check_person(self, asked: CheckPerson) -> Document:
        number = asked.id_number.upper()
        return self._answer(number, _match(is_id_number(number)))

    def check_company(self, asked: CheckCompany) -> Document:
        number = asked.uscc.upper()
        return self._answer(number, _match(is_uscc(number)))

    def check_kinship(self, asked: CheckKinship) -> Document:
        """Whoever was born 16 years earlier at least may be a parent, unless control says otherwise."""
        parent, child = asked.id_number.upper(), asked.child_id_number.upper()
        result: Result = "NOT_FOUND"
        if is_id_number(parent) and is_id_number(child):
            apart = int(child[6:14]) - int(parent[6:14])
            result = "MATCH" if apart >= _GENERATION else "MISMATCH"
        return self._answer(f"{parent}+{child}", result)

    def write_down(self, number: str, result: Result) -> None:
        self._books.run(
            "INSERT OR REPLACE INTO realname_rule (number, result) VALUES (?, ?)", number.upper(), result
        )

    def forget(self, number: str) -> None:
        self._books.run("DELETE FROM realname_rule WHERE number = ?", number.upper())

    def _answer(self, number: str, by_rule: Result) -> Document:
        rule = self._books.row("SELECT result FROM realname_rule WHERE number = ?", number)
        return {"result": rule["result"] if rule else by_rule, "request_no": f"rn_{token_hex(16)}"}


def routes(edge: Edge, service: RealNameService) -> list[Route]:
    def check(call: Call) -> Document:
        return service.check_person(call.read(CheckPerson))

    def company_check(call: Call) -> Document:
        return service.check_company(call.read(CheckCompany))

    def kinship_check(call: Call) -> Document:
        return service.check_kinship(call.read(CheckKinship))

    return [
        edge.route("POST", "/realname/v1/kinship-check", kinship_check),
        edge.route("POST", "/realname/v1/check", check),
        edge.route("POST", "/realname/v1/company-check", company_check),
    ]


def _match(well_formed: bool) -> Result:
    return "MATCH" if well_formed else "NOT_FOUND"


def is_id_number(number: str) -> bool:
    """Resident ID number (GB 11643): 18 characters, a birth date that has been, a right check digit."""
    digits, check = number[:17], number[17:]
    if not (len(number) == 18 and digits.isascii() and digits.isdigit() and digits[0] != "0"):
        return False
    try:
        born = date(int(digits[6:10]), int(digits[10:12]), int(digits[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits, _ID_WEIGHTS, strict=True))
    return born.year >= 1900 and born <= datetime.now(UTC).date() and check == _ID_CHECK[total % 11]


def is_uscc(number: str) -> bool:
    """Unified social credit code (GB 32100): 18 of its alphabet, a right check character."""
    if len(number) != 18 or any(character not in _USCC_ALPHABET for character in number):
        return False
    values = [_USCC_ALPHABET.index(character) for character in number]
    total = sum(value * pow(3, place, 31) for place, value in enumerate(values[:17]))
    return values[17] == (31 - total % 31) % 31
