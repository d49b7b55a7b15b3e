"""A data folder that cannot be used: one line that says what and where, status 1, nothing left running."""

import os
import shutil
import signal

import pytest

from .conftest import all_gone


@pytest.fixture
def used(start, data):
    """A data folder after a first run."""
    platform = start()
    platform.read_until("READY")
    platform.send(signal.SIGTERM)
    assert platform.wait() == 0
    return data


def refusal(start) -> str:
    platform = start()
    assert platform.wait() == 1
    (line,) = [line for line in platform.lines if line.startswith("✗")]
    if (platform.data / "run" / "state.json").exists():
        assert all_gone(list(platform.part_pids().values()))
    return line


def test_a_file_in_its_place(start, data):
    data.write_text("not a folder")
    assert "cannot be used: File exists" in refusal(start)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(start, data):
    data.mkdir(mode=0o500)
    assert "cannot be used: Permission denied" in refusal(start)


def test_another_major_version(start, used):
    (used / "postgres" / "PG_VERSION").write_text("17\n")
    assert "belongs to PostgreSQL 17" in refusal(start)


def test_no_database_in_it(start, used):
    (used / "postgres" / "PG_VERSION").unlink()
    assert "is no PostgreSQL data" in refusal(start)


def test_a_damaged_database_names_its_log(start, used):
    (used / "postgres" / "global" / "pg_control").write_bytes(b"\0" * 8192)
    line = refusal(start)
    assert "postgres ended while starting" in line
    assert str(used / "logs" / "postgres.log") in line


def test_lost_secrets_are_not_replaced(start, used):
    shutil.rmtree(used / "secrets")
    assert "its secrets" in refusal(start)


def test_a_half_made_database_is_made_anew(start, data):
    half = data / "postgres.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    platform = start()
    platform.read_until("READY")
