"""What a courier's codes mean to us: data, one file a product, checked when the service starts.

A code that is not in the file means that the parcel moves at most.
"""

from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from courier_svc.domain.transitions import Move

Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{1,32}$")]
_MOVES: Final = {
    "picked_up": Move.PICKED_UP,
    "moved": Move.MOVED,
    "delivered": Move.DELIVERED,
    "came_back": Move.CAME_BACK,
}


class Meaning(BaseModel):
    model_config = ConfigDict(extra="forbid")

    means: Literal["picked_up", "moved", "delivered", "came_back"]
    name: str


class Answers(BaseModel):
    """Codes with which the courier answers our calls."""

    model_config = ConfigDict(extra="forbid")

    ask_again: list[str] = []
    """About how we asked, or its own trouble: nothing was decided. A trailing `*` stands for any end."""
    repeated: list[Code] = []
    unknown_order: list[Code] = []
    already_cancelled: list[Code] = []
    too_late_to_cancel: list[Code] = []

    def leaves_open(self, code: str) -> bool:
        return any(code.startswith(one[:-1]) if one.endswith("*") else code == one for one in self.ask_again)


class CodeMap(BaseModel):
    model_config = ConfigDict(extra="forbid")

    courier: str
    product: str
    note: str = ""
    codes: dict[Code, Meaning]
    answers: Answers

    def move(self, code: str) -> Move | None:
        meaning = self.codes.get(code)
        return _MOVES[meaning.means] if meaning else None


class BadCodeMap(RuntimeError):
    """The file cannot be worked with; the message names it, and what to change."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"the code map {path} cannot be used: {why}")


def load_code_map(path: Path, courier: str, *, never_delivered: Collection[str] = ()) -> CodeMap:
    """Raises BadCodeMap. `never_delivered` are codes that public texts are known to get wrong."""
    try:
        found = CodeMap.model_validate_json(path.read_bytes())
    except OSError as error:
        raise BadCodeMap(path, f"it cannot be read ({error.strerror})") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise BadCodeMap(path, f"{'.'.join(map(str, first['loc'])) or 'it'}: {first['msg']}") from error
    if found.courier != courier:
        raise BadCodeMap(path, f"it is for {found.courier!r}, not for {courier!r}")
    meant = {meaning.means for meaning in found.codes.values()}
    for needed in ("picked_up", "delivered"):
        if needed not in meant:
            raise BadCodeMap(path, f"no code means {needed!r}: no parcel would ever be that")
    for code in never_delivered:
        if found.move(code) is Move.DELIVERED:
            raise BadCodeMap(path, f"{code} never means that the receiver has it")
    return found
