"""Samples the stack of the process it is loaded into, by the CPU it uses; Python itself imports this at start.

SIGUSR2 begins, SIGUSR2 again ends and writes `SAMPLES_TO`: a stack a line, outermost frame first, and how
often it was seen. The timer runs on CPU time (ITIMER_PROF): a process that waits, or that the machine lets
wait, is not sampled. A watcher from outside cannot tell the two apart, and blames whoever wakes another.
What C code does without returning to Python counts for the next Python frame that runs.
"""

import os
import signal
import sys
from collections import Counter
from types import FrameType

_INTERVAL = 0.004
_samples: Counter[tuple[tuple[object, int], ...]] = Counter()
_running = False


def _sample(number: int, frame: FrameType | None) -> None:
    stack = []
    while frame is not None:
        stack.append((frame.f_code, frame.f_lineno))
        frame = frame.f_back
    _samples[tuple(stack)] += 1


def _toggle(number: int, frame: FrameType | None) -> None:
    global _running
    _running = not _running
    interval = _INTERVAL if _running else 0.0
    signal.setitimer(signal.ITIMER_PROF, interval, interval)
    if not _running:
        _write(os.environ["SAMPLES_TO"])
        _samples.clear()


def _write(path: str) -> None:
    with open(path + ".new", "w") as out:
        for stack, count in _samples.items():
            out.write(";".join(_told(code, line) for code, line in reversed(stack)) + f" {count}\n")
    os.replace(path + ".new", path)


def _told(code: object, line: int) -> str:
    file = getattr(code, "co_filename", "?")
    for root in sorted(sys.path, key=len, reverse=True):
        if root and file.startswith(root + os.sep):
            file = file[len(root) + 1 :]
            break
    return f"{getattr(code, 'co_qualname', '?')} ({file}:{line})"


if "SAMPLES_TO" in os.environ:
    signal.signal(signal.SIGPROF, _sample)
    signal.signal(signal.SIGUSR2, _toggle)
