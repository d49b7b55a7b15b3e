"""A folder with `catalogue.yaml` and `items/*.yaml` → raw items with the lines they stand on."""

import hashlib
from pathlib import Path
from typing import Any

import yaml

from ..domain.finding import Finding, LocatedFinding
from ..domain.lint import CATALOGUE_FILE, RawCatalogue, RawItem

PACKAGED = Path(__file__).parent.parent / "data"


class _Loader(yaml.CSafeLoader):
    """The safe loader (in C), which also remembers keys written twice: YAML silently takes the last."""

    def __init__(self, stream: bytes) -> None:
        super().__init__(stream)
        self.doubled: list[tuple[int, str]] = []

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                self.doubled.append((key.start_mark.line + 1, str(key.value)))
            elif isinstance(key.value, str):
                seen.add(key.value)
        return super().construct_mapping(node, deep)


def read_catalogue(folder: Path) -> RawCatalogue:
    """Reads every file; what cannot be read becomes a finding, so that the rest is checked all the same."""
    raw = RawCatalogue(declared=None)
    raw.declared = _read_declared(folder / CATALOGUE_FILE, raw)
    files = sorted((folder / "items").glob("*.yaml"))
    if not files:
        _report(raw, "items/", None, "unreadable", "没有事项文件", "there are no item files")
    for path in files:
        _read_items(path, f"items/{path.name}", raw)
    return raw


def fingerprint(folder: Path) -> str:
    """Hash of all files of the catalogue, names included: equal when nothing changed."""
    digest = hashlib.sha256()
    for path in [folder / CATALOGUE_FILE, *sorted((folder / "items").glob("*.yaml"))]:
        content = path.read_bytes() if path.exists() else b""
        digest.update(f"{path.name} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def _read_declared(path: Path, raw: RawCatalogue) -> Any:
    try:
        return yaml.load(path.read_bytes(), yaml.CSafeLoader)
    except (OSError, yaml.YAMLError) as error:
        _report(
            raw, CATALOGUE_FILE, _line(error), "unreadable", f"无法读取：{error}", f"cannot be read: {error}"
        )
        return None


def _read_items(path: Path, name: str, raw: RawCatalogue) -> None:
    try:
        loader = _Loader(path.read_bytes())
        try:
            root = loader.get_single_node()
            if not isinstance(root, yaml.SequenceNode):
                _report(raw, name, None, "unreadable", "应为事项列表", "must be a list of items")
                return
            for node in root.value:
                raw.items.append(RawItem(name, node.start_mark.line + 1, loader.construct_document(node)))
            for line, key in loader.doubled:
                _report(raw, name, line, "doubled-key", f"{key} 写了两次", f"{key} is written twice")
        finally:
            loader.dispose()
    except (OSError, yaml.YAMLError, UnicodeError) as error:
        _report(raw, name, _line(error), "unreadable", f"无法读取：{error}", f"cannot be read: {error}")


def _line(error: Exception) -> int | None:
    mark = getattr(error, "problem_mark", None)
    return mark.line + 1 if mark else None


def _report(raw: RawCatalogue, file: str, line: int | None, rule: str, zh: str, en: str) -> None:
    one_line = (" ".join(zh.split()), " ".join(en.split()))
    raw.findings.append(LocatedFinding(file, line, None, Finding(rule, "", *one_line)))
