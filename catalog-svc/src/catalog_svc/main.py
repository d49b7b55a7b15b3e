"""Settings → service → process."""

import sys

from chassis.cli import run

from .bootstrap import build
from .commands import import_command, lint_folder
from .settings import CatalogSettings


def main() -> None:
    if sys.argv[1:2] == ["lint"]:
        sys.exit(lint_folder(sys.argv[2:]))
    run("catalog_svc", CatalogSettings, build, commands={"import": import_command})
