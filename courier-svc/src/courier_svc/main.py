"""`python -m courier_svc [all|api|worker|migrate|openapi]`."""

from chassis.cli import run

from .bootstrap import build
from .settings import CourierSettings


def main() -> None:
    run("courier_svc", CourierSettings, build)
