"""What the supervisor shows of a failed part's log."""

import json

from embedded.log_tail import last_lines


def test_json_lines_are_told_by_their_message_and_cause(tmp_path):
    log = tmp_path / "case-svc.log"
    failed = {"event": "startup_failed", "level": "error", "exception": "Traceback:\n  File x\nKeyError: 'a'"}
    log.write_text(json.dumps({"event": "started", "level": "info"}) + "\n" + json.dumps(failed) + "\n")
    assert last_lines(log) == ["started", "error: startup_failed (KeyError: 'a')"]


def test_plain_lines_stay_and_earlier_starts_are_left_out(tmp_path):
    log = tmp_path / "postgres.log"
    log.write_text("FATAL: an earlier start\n")
    start = log.stat().st_size
    with log.open("a") as file:
        file.write("LOG: starting\n\nFATAL: no space\n")
    assert last_lines(log, start) == ["LOG: starting", "FATAL: no space"]
