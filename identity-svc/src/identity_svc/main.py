"""The command line: `python -m identity_svc [all|api|worker|migrate|openapi]`."""

from chassis.cli import run

from .bootstrap import build
from .settings import IdentitySettings


def main() -> None:
    run("identity_svc", IdentitySettings, build)
