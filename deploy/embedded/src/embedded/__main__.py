"""`python -m embedded run | status | demo | secrets | audit-verify`."""

import argparse
import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from embedded import status
from embedded.container_secrets import ContainerSecrets
from embedded.failures import PlatformFailed
from embedded.first_walk import walk_command
from embedded.service_command import run_everywhere
from embedded.stack import EmbeddedStack
from embedded.supervisor import supervise


def main() -> int:
    """The command; anything that fails is one line on standard error and status 1."""
    parser = argparse.ArgumentParser(prog="python -m embedded", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="start the platform and stay until Ctrl-C")
    run.add_argument("--port", type=int, default=8080, help="of the gateway")
    run.add_argument("--data", type=Path, default=Path(".data"))
    run.add_argument("--no-walk", action="store_true", help="do not walk a case on the first start")
    run.add_argument("--kafka", help="host:port of an Apache Kafka to use instead of the embedded broker")
    show = commands.add_parser("status", help="parts, processes, ports and memory of a running platform")
    show.add_argument("--data", type=Path, default=Path(".data"))
    show.add_argument("--json", action="store_true")
    walk = commands.add_parser("demo", help="walk one case on a running platform")
    walk.add_argument("--port", type=int, default=8080, help="of its gateway")
    keep = commands.add_parser("secrets", help="make the secrets that the containers need")
    keep.add_argument("--out", type=Path, required=True)
    audit = commands.add_parser("audit-verify", help="walk every service's audit log for tampering")
    audit.add_argument("--data", type=Path, default=Path(".data"))
    args = parser.parse_args()
    try:
        return _COMMANDS[args.command](args)
    except PlatformFailed as failed:
        print(f"✗ {failed}", file=sys.stderr)
        return 1


def _run(args: argparse.Namespace) -> int:
    stack = EmbeddedStack(args.data, port=args.port, kafka_bootstrap=args.kafka)
    return supervise(stack, walk=not args.no_walk)


def _status(args: argparse.Namespace) -> int:
    parts = status.read(args.data)
    print(json.dumps([asdict(part) for part in parts]) if args.json else status.as_table(parts))
    return 0


def _demo(args: argparse.Namespace) -> int:
    return subprocess.run(walk_command(args.port)).returncode


def _secrets(args: argparse.Namespace) -> int:
    ContainerSecrets(args.out.resolve()).write()
    print(f"密钥已在 secrets are in {args.out}")
    return 0


def _audit_verify(args: argparse.Namespace) -> int:
    return run_everywhere(args.data, "audit-verify")


_COMMANDS = {
    "run": _run,
    "status": _status,
    "demo": _demo,
    "secrets": _secrets,
    "audit-verify": _audit_verify,
}

if __name__ == "__main__":
    sys.exit(main())
