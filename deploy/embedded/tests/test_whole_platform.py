"""All parts together, started twice as a person starts them."""

import asyncio
import json
import signal
import subprocess
import sys

import pytest
from demo.api import Platform
from demo.client import Officer
from demo.walk import BRANCH, ITEM
from embedded import status

from .conftest import RunningSupervisor, all_gone

MEMORY_MB = 1_200


@pytest.fixture
def run(supervisors, data, port):
    def run() -> RunningSupervisor:
        command = [sys.executable, "-m", "embedded", "run", "--port", str(port), "--data", str(data)]
        supervisors.append(RunningSupervisor(data, port, command))
        return supervisors[-1]

    return run


async def completed(data, port, case_no: str) -> bool:
    """As the unit's officer sees it, logged in from the accounts the platform told."""
    accounts = json.loads((data / "demo.json").read_text())
    badge_no = f"{BRANCH}-{ITEM.partition('-')[0]}-1"
    password = next(one["password"] for one in accounts if one.get("badge_no") == badge_no)
    async with Platform(f"http://127.0.0.1:{port}") as platform:
        officer = await Officer.log_in(platform, badge_no, password)
        return (await officer.get(f"/api/cases/numbers/{case_no}"))["state"] == "completed"


@pytest.mark.timeout(400)
def test_a_fresh_folder_walks_a_case_which_the_second_start_still_has(run, data, port):
    first = run()
    case_no = first.read_until("办件编号").partition("办件编号 ")[2].partition("，")[0]
    first.read_until("已评价本次办理")
    assert first.read_until("READY") == f"READY http://127.0.0.1:{port}"
    again = [sys.executable, "-m", "embedded", "demo", "--port", str(port)]
    walked = subprocess.run(again, capture_output=True, text=True)
    assert walked.returncode == 0, walked.stdout + walked.stderr
    first.send(signal.SIGINT)
    assert first.wait() == 0

    second = run()
    second.read_until("READY")
    assert not any("首次启动" in line for line in second.lines)
    assert asyncio.run(completed(data, port, case_no))
    parts = status.read(data)
    assert len(parts) == 12
    assert sum(part.pss_kb for part in parts) / 1024 < MEMORY_MB, status.as_table(parts)
    second.send(signal.SIGTERM)
    assert second.wait() == 0
    assert all_gone([pid for part in parts for pid in part.pids])
