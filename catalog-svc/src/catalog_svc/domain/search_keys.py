"""What is stored of an item to find it by: Chinese, pinyin, initials, English and everyday words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from .content import ItemContent
from .pinyin import Reading, readings
from .search_text import joined, normalise


@dataclass(frozen=True, slots=True)
class SearchWords:
    """`overrides`: phrase → its readings. `synonyms`: everyday word → the official words it stands for."""

    overrides: Mapping[str, Sequence[Reading]] = field(default_factory=dict)
    synonyms: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SearchKeys:
    """The first four are compared as a whole, for the order of results; the last two are what is searched.

    `text_key`: name, everyday names and result, a line each. `latin_key`: words with a space before each;
    pinyin and initials are there from every syllable on, so that a word's beginning is found inside a name
    (` shenfenzheng fenzheng zheng`), and never the middle of a syllable.
    """

    name_key: str
    pinyin_key: str
    initials_key: str
    english_key: str
    text_key: str
    latin_key: str


def search_keys(item: ItemContent, words: SearchWords) -> SearchKeys:
    names = [item.name, *_everyday_names(item.name, words), *([item.result] if item.result else [])]
    ways = [way for name in names for way in readings(name, words.overrides)]
    tokens = [token for way in ways for token in _from_every_syllable(way)]
    tokens += normalise(item.name_en).split()
    tokens += [joined(item.code), *normalise(item.code).split()]
    official = ways[0]
    return SearchKeys(
        name_key=joined(item.name),
        pinyin_key="".join(official),
        initials_key=_initials(official),
        english_key=joined(item.name_en),
        text_key="\n".join(dict.fromkeys(joined(name) for name in names)),
        latin_key=" " + " ".join(dict.fromkeys(tokens)),
    )


def _everyday_names(name: str, words: SearchWords) -> Iterator[str]:
    for everyday, officials in words.synonyms.items():
        replaced = next((official for official in officials if official in name), None)
        if replaced is not None and everyday not in name:
            yield name.replace(replaced, everyday)


def _from_every_syllable(way: Reading) -> Iterator[str]:
    for start in range(len(way)):
        yield "".join(way[start:])
        yield _initials(way[start:])


def _initials(way: Reading) -> str:
    return "".join(syllable[0] for syllable in way)
