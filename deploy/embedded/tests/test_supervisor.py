"""What a person at the terminal sees and is left with."""

import os
import signal
import socket

import pytest
from embedded import ports

from .conftest import all_gone


def test_ctrl_c_stops_everything_and_says_so(start):
    platform = start()
    platform.read_until("READY http://127.0.0.1:")
    pids = platform.part_pids()
    platform.send(signal.SIGINT)
    assert platform.wait() == 0
    assert "已停止" in platform.lines[-1]
    assert set(pids) == {"postgres", "valkey", "broker", "partners"}
    assert all_gone(list(pids.values()))


def test_a_stop_during_the_start_leaves_nothing_running(start, data):
    platform = start()
    platform.read_until("Internet + police services")
    platform.send(signal.SIGTERM)
    assert platform.wait() == 0
    state = data / "run" / "state.json"
    assert all_gone(list(platform.part_pids().values()) if state.exists() else [])


def test_killing_the_supervisor_ends_its_parts(start):
    platform = start()
    platform.read_until("READY")
    pids = platform.part_pids()
    platform.send(signal.SIGKILL)
    platform.wait()
    assert all_gone(list(pids.values()))
    again = start()
    again.read_until("READY")


def test_a_taken_port_is_one_line_and_nothing_starts(start, data, port):
    with socket.socket() as holder:
        # As `ports` looks: connections of an earlier process in TIME_WAIT do not matter.
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind((ports.LOOPBACK, port))
        holder.listen()
        platform = start()
        assert platform.wait() == 1
    (line,) = [line for line in platform.lines if line.startswith("✗")]
    assert f"port {port} cannot be used" in line
    assert not (data / "postgres").exists()


def test_a_folder_in_use_is_refused_and_its_user_undisturbed(start):
    first = start()
    first.read_until("READY")
    second = start(port=ports.choose(["gateway"], {})["gateway"])
    assert second.wait() == 1
    assert "another instance uses the data folder" in second.lines[-1]
    first.send(signal.SIGTERM)
    assert first.wait() == 0


def test_two_instances_live_side_by_side(start, tmp_path):
    first, second = start(), start(tmp_path / "other", ports.choose(["gateway"], {})["gateway"])
    first.read_until("READY")
    second.read_until("READY")
    assert not set(first.part_pids().values()) & set(second.part_pids().values())


def test_a_part_that_dies_comes_back(start):
    platform = start()
    platform.read_until("READY")
    before = platform.part_pids()
    os.kill(before["valkey"], signal.SIGKILL)
    assert "valkey" in platform.read_until("died (SIGKILL)")
    platform.read_until("valkey 已恢复")
    after = platform.part_pids()
    assert after.pop("valkey") != before.pop("valkey")
    assert after == before


def test_a_part_that_keeps_dying_stops_the_platform(start):
    """Five deaths, of which a kill is one and a port that another program held for a moment may be another."""
    platform = start()
    platform.read_until("READY")
    kills, back = 0, "READY"
    while back and kills < 5:
        pids = platform.part_pids()
        os.kill(pids["broker"], signal.SIGKILL)
        kills, back = kills + 1, platform.read_on("broker 已恢复")
    assert back is None, "five kills and it still comes back"
    assert platform.wait() == 1
    assert "broker died 5 times in a minute" in platform.lines[-1]
    assert all_gone(list(pids.values()))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_other_ways_to_end_it_are_clean_too(start, number):
    platform = start()
    platform.read_until("READY")
    pids = platform.part_pids()
    platform.send(number)
    assert platform.wait() == 0
    assert all_gone(list(pids.values()))
