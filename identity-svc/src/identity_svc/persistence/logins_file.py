"""The file with the demonstration's log-ins: readable by its owner only, replaced whole."""

import os
from pathlib import Path
from typing import Any

import orjson


class LoginsFile:
    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, logins: list[dict[str, Any]]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        beside = self._path.with_name(f"{self._path.name}.{os.getpid()}.new")
        beside.unlink(missing_ok=True)
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(orjson.dumps(logins, option=orjson.OPT_INDENT_2))
        beside.replace(self._path)
