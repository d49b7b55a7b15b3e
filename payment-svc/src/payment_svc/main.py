"""`payment-svc`, as a program."""

from chassis.cli import run

from .bootstrap import build
from .settings import PaymentSettings


def main() -> None:
    run("payment_svc", PaymentSettings, build)
