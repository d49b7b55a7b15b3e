"""`python -m evaluation_svc [all|api|worker|migrate|openapi]`."""

from chassis.cli import run

from .bootstrap import build
from .settings import EvaluationSettings


def main() -> None:
    run("evaluation_svc", EvaluationSettings, build)
