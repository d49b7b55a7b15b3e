"""`python -m clients [--python]`: makes the clients anew where the code they are made from has changed."""

import argparse
import sys

from . import python_client, typescript


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m clients", description=__doc__)
    parser.add_argument("--python", action="store_true", help="the Python client only")
    wanted = parser.parse_args()
    try:
        if python_client.make_current():
            print(f"✓ Python: {python_client.PACKAGE}")
        if not wanted.python and typescript.make_current():
            print(f"✓ TypeScript: {typescript.TYPES}")
    except (python_client.CannotGenerate, typescript.TypesAreWrong) as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1
    except typescript.NoNpm as error:
        print(f"✗ 未生成 TypeScript 类型 · no TypeScript types: {error}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
