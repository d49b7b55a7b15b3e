"""case-svc: applications from draft to document."""

from chassis.cli import run

from .bootstrap import build
from .settings import CaseSettings


def main() -> None:
    run("case_svc", CaseSettings, build)
