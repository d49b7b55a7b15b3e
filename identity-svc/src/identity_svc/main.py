"""The command line: `python -m identity_svc [all|api|worker|migrate|openapi|officer create …]`."""

import sys

from chassis.cli import run

from .bootstrap import build
from .commands import officer_command, read_words
from .settings import IdentitySettings


def main() -> None:
    if sys.argv[1:2] == ["officer"]:
        read_words(sys.argv[2:])  # --help and mistyped words need no database
    run("identity_svc", IdentitySettings, build, commands={"officer": officer_command})
