"""`python -m contracts write DIR` writes every event's JSON Schema; `asyncapi` prints the AsyncAPI document."""

import json
import sys
from pathlib import Path

from .documents import asyncapi, load_all, schema_of


def main() -> None:
    match sys.argv[1:]:
        case ["write", folder]:
            for name, model in load_all().items():
                text = json.dumps(schema_of(model), ensure_ascii=False, indent=1, sort_keys=True)
                (Path(folder) / f"{name}.json").write_text(text + "\n")
        case ["asyncapi"]:
            print(json.dumps(asyncapi(), ensure_ascii=False, indent=1))
        case _:
            sys.exit("usage: python -m contracts write DIR | asyncapi")


main()
