"""Whoever wants the API document of a service gets it without setting anything up."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SERVICES = ("identity", "catalog", "case", "payment", "courier", "evaluation")


def printed(package: str, command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", package, command]
    return subprocess.run(words, env={}, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("service", SERVICES)
def test_the_document_is_printed_in_an_empty_environment(service: str, tmp_path: Path):
    done = printed(f"{service}_svc", "openapi", tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["info"]["title"] == f"{service}-svc"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_runs_on_placeholders(service: str, tmp_path: Path):
    done = printed(f"{service}_svc", "all", tmp_path)
    assert done.returncode == 2
    assert "setting DATABASE_URL: Field required" in done.stderr
