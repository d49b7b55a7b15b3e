"""What stops the platform, as one line a person can act on."""

from pathlib import Path


class PlatformFailed(Exception):
    """Says what happened and what to do, in Chinese and in English, on one line."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} · {en}")


class PartFailed(PlatformFailed):
    """A part ended or did not become ready; `tail` holds the last lines of its log."""

    def __init__(self, part: str, what_zh: str, what_en: str, log: Path, tail: list[str]) -> None:
        super().__init__(f"{part} {what_zh}，日志 {log}", f"{part} {what_en}; its log is {log}")
        self.part = part
        self.tail = tail
