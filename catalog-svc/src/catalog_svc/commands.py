"""`python -m catalog_svc lint [DIR]` and `… import [DIR] [--force]`."""

import sys
from pathlib import Path

from chassis.service import Service

from .domain.lint import lint
from .files.read_catalogue import PACKAGED, read_catalogue
from .startup import CatalogueHasErrors, import_folder


def lint_folder(words: list[str]) -> int:
    """Prints every error with its place; returns 1 when there is any. Needs no database and no settings."""
    folder = Path(words[0]) if words else PACKAGED
    if not folder.is_dir():
        print(f"{folder}: 没有这个目录 / there is no such folder", file=sys.stderr)
        return 2
    linted = lint(read_catalogue(folder))
    for found in linted.findings:
        print(found, file=sys.stderr)
    if linted.findings:
        print(f"{len(linted.findings)} 处错误 / errors", file=sys.stderr)
        return 1
    print(f"{len(linted.items)} 个事项，没有错误 / {len(linted.items)} items, no errors")
    return 0


async def import_command(service: Service, words: list[str]) -> int:
    """Imports a folder, the packaged one by default; with --force also over what was edited here."""
    force = "--force" in words
    folders = [word for word in words if word != "--force"]
    folder = Path(folders[0]) if folders else PACKAGED
    if not folder.is_dir():
        print(f"{folder}: 没有这个目录 / there is no such folder", file=sys.stderr)
        return 2
    try:
        outcome = await import_folder(service, folder, force=force)
    except CatalogueHasErrors as error:
        print(error, file=sys.stderr)
        return 1
    for text, codes in (
        ("发布 / published", outcome.published),
        ("停用 / retired", outcome.retired),
        ("未变 / unchanged", outcome.unchanged),
    ):
        print(f"{text}: {len(codes)}")
    for code in outcome.kept:
        print(f"{code}: 在线修改过，未覆盖；如需覆盖请加 --force / edited here, kept; --force overwrites")
    return 0
