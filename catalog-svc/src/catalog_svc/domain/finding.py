"""What the linter says."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One error. `field` is a JSON Pointer into the item, empty for the item as a whole."""

    rule: str
    field: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class LocatedFinding:
    """A finding with where it stands. `line` counts from 1; `item` is its code."""

    file: str
    line: int | None
    item: str | None
    finding: Finding

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        subject = " ".join(part for part in (self.item, self.finding.field) if part)
        return f"{place} {subject or '-'} [{self.finding.rule}] {self.finding.zh} / {self.finding.en}"
