"""A catalogue as read from files → its items, and every error in it, all at once."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from .content import ItemContent
from .declared import DeclaredCatalogue
from .finding import Finding, LocatedFinding
from .rules import check_item
from .rules.catalogue import counts_are_as_declared, department_is_known, item_is_in_its_file
from .shape import parse_content

CATALOGUE_FILE = "catalogue.yaml"


@dataclass(frozen=True, slots=True)
class RawItem:
    """One entry of a file, not yet understood. `line` counts from 1."""

    file: str
    line: int
    value: Any


@dataclass(slots=True)
class RawCatalogue:
    """What was read, and what could not be: `findings` of unreadable files and doubled keys."""

    declared: Any
    items: list[RawItem] = field(default_factory=list)
    findings: list[LocatedFinding] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Linted:
    """`items` holds those whose shape is right; they may be used only when there are no findings."""

    items: list[ItemContent]
    findings: list[LocatedFinding]


def lint(raw: RawCatalogue) -> Linted:
    declared, findings = _declared(raw.declared)
    findings = raw.findings + findings
    items: list[tuple[RawItem, ItemContent]] = []
    for entry in raw.items:
        content, wrong = parse_content(entry.value)
        if content is not None:
            items.append((entry, content))
            wrong = [*item_is_in_its_file(content, entry.file), *check_item(content)]
            if declared is not None:
                wrong += department_is_known(content, declared.department_codes())
        findings += _located(entry, wrong)
    findings += _doubles(items, "code", lambda item: item.code)
    findings += _doubles(items, "name", lambda item: item.name)
    contents = [content for _, content in items]
    if declared is not None and len(items) == len(raw.items):  # counting half-read items would only add noise
        findings += [_of_catalogue(one) for one in counts_are_as_declared(contents, declared)]
    return Linted(contents, sorted(findings, key=lambda found: (found.file, found.line or 0)))


def _declared(raw: Any) -> tuple[DeclaredCatalogue | None, list[LocatedFinding]]:
    try:
        return DeclaredCatalogue.model_validate(raw), []
    except ValidationError as error:
        return None, [
            _of_catalogue(
                Finding(
                    "declared",
                    "".join(f"/{part}" for part in detail["loc"]),
                    "目录声明有误",
                    f"the declaration is wrong: {detail['msg']}",
                )
            )
            for detail in error.errors(include_url=False)
        ]


def _of_catalogue(finding: Finding) -> LocatedFinding:
    return LocatedFinding(CATALOGUE_FILE, None, None, finding)


def _located(entry: RawItem, findings: Iterable[Finding]) -> list[LocatedFinding]:
    code = entry.value.get("code") if isinstance(entry.value, dict) else None
    name = code if isinstance(code, str) else None
    return [LocatedFinding(entry.file, entry.line, name, finding) for finding in findings]


def _doubles(
    items: Sequence[tuple[RawItem, ItemContent]], what: str, of: Callable[[ItemContent], str]
) -> list[LocatedFinding]:
    places: defaultdict[str, list[RawItem]] = defaultdict(list)
    for entry, content in items:
        places[of(content)].append(entry)
    found: list[LocatedFinding] = []
    for value, (first, *others) in places.items():
        for entry in others:
            finding = Finding(
                f"duplicate-{what}",
                f"/{what}",
                f"“{value}”已在 {first.file}:{first.line} 用过",
                f"“{value}” is taken by {first.file}:{first.line}",
            )
            found += _located(entry, [finding])
    return found
