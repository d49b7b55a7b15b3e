"""What the benchmark is doing, for whoever waits for it."""

import time


def say(text: str) -> None:
    print(f"[{time.strftime('%H:%M:%S')}] {text}", flush=True)
