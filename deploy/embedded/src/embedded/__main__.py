"""`python -m embedded run | status | demo | secrets | keys | reseal | audit-verify`."""

import argparse
import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from embedded import key_changes, status
from embedded.container_secrets import ContainerSecrets
from embedded.failures import PlatformFailed
from embedded.first_walk import walk_command
from embedded.folder import DataFolder
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
    again = commands.add_parser(
        "reseal", help="bring everything sealed under the active keys, while all runs on"
    )
    again.add_argument("--data", type=Path, default=Path(".data"))
    _add_keys(
        commands.add_parser("keys", help="take a step of a change of keys; takes effect at the next start")
    )
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


def _add_keys(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("step", choices=("add", "drop", "lookup"))
    parser.add_argument("--algorithm", choices=tuple(key_changes.KEY_BYTES), default="aes-256-gcm")
    parser.add_argument("--data", type=Path, default=Path(".data"))
    parser.add_argument("--secrets", type=Path, help="the file itself, such as deploy/secrets/platform.json")


def _keys(args: argparse.Namespace) -> int:
    steps = {"add": key_changes.add(args.algorithm), "drop": key_changes.drop, "lookup": key_changes.lookup}
    path = args.secrets or DataFolder(args.data).secrets / "platform.json"
    print("\n".join(key_changes.change(path, steps[args.step])))
    print("重新启动后生效，然后运行 make reseal · takes effect at the next start; then make reseal")
    return 0


def _reseal(args: argparse.Namespace) -> int:
    status.require_present_keys(args.data)
    return run_everywhere(args.data, "reseal")


def _audit_verify(args: argparse.Namespace) -> int:
    return run_everywhere(args.data, "audit-verify")


_COMMANDS = {
    "run": _run,
    "status": _status,
    "demo": _demo,
    "secrets": _secrets,
    "keys": _keys,
    "reseal": _reseal,
    "audit-verify": _audit_verify,
}

if __name__ == "__main__":
    sys.exit(main())
