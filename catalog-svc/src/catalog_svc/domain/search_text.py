"""What people type, made comparable: width, case, tones and punctuation do not count."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from chassis.problems import FieldError

from .errors import BadQuery

MAX_LENGTH: Final = 64
MAX_TERMS: Final = 6
_RUNS = re.compile(r"[a-z0-9]+|[^a-z0-9\s]+")


def normalise(text: str) -> str:
    """Lower case, half width, no tones (`Chang'ān` → `changan`, `lǚ` → `lv`), punctuation as a space."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    letters = []
    for character in unicodedata.normalize("NFD", folded):
        if unicodedata.category(character) == "Mn":
            if character == "\u0308" and letters and letters[-1] == "u":
                letters[-1] = "v"
        elif character not in ("'", "’"):
            letters.append(character if character.isalnum() else " ")
    return " ".join(unicodedata.normalize("NFC", "".join(letters)).split())


def joined(text: str) -> str:
    """`normalise` without any space: how names are compared as a whole."""
    return normalise(text).replace(" ", "")


@dataclass(frozen=True, slots=True)
class Query:
    """Every term must be found: `chinese` anywhere, `latin` where a word or a syllable begins."""

    whole: str
    chinese: tuple[str, ...]
    latin: tuple[str, ...]

    @property
    def pairs(self) -> tuple[str, ...]:
        """Neighbouring characters of the Chinese terms, for finding what is merely similar."""
        found = [term[i : i + 2] for term in self.chinese for i in range(len(term) - 1)]
        return tuple(dict.fromkeys(found))


def parse_query(text: str) -> Query | None:
    """None when nothing searchable was typed. Raises BadQuery on over-long text."""
    if len(text) > MAX_LENGTH:
        raise BadQuery(
            f"搜索内容最多 {MAX_LENGTH} 字，请缩短。",
            f"Search text has at most {MAX_LENGTH} characters; make it shorter.",
            errors=[FieldError("q", f"最多 {MAX_LENGTH} 字", f"at most {MAX_LENGTH} characters")],
        )
    terms = list(dict.fromkeys(_RUNS.findall(normalise(text))))
    if not terms:
        return None
    if len(terms) > MAX_TERMS:
        raise BadQuery(
            f"搜索词最多 {MAX_TERMS} 个，请减少。",
            f"Search for at most {MAX_TERMS} words at once.",
            errors=[FieldError("q", f"最多 {MAX_TERMS} 个词", f"at most {MAX_TERMS} words")],
        )
    latin = tuple(term for term in terms if term.isascii())
    return Query(joined(text), tuple(term for term in terms if not term.isascii()), latin)
