"""What the supervisor says: plain lines, and on a terminal one line that shows what is being waited for."""

import contextlib
import sys
import time

_TITLES = {
    "postgres": "数据库 PostgreSQL",
    "valkey": "缓存 Valkey",
    "broker": "消息 Kafka protocol",
    "partners": "合作方沙箱 partner sandbox",
    "identity-svc": "身份 identity",
    "catalog-svc": "事项 catalog",
    "case-svc": "办件 case",
    "payment-svc": "支付 payment",
    "courier-svc": "寄递 courier",
    "evaluation-svc": "好差评 evaluation",
    "gateway": "网关 gateway",
}


class Progress:
    """Lines to standard output; a reader that went away does not stop the platform."""

    def __init__(self) -> None:
        self._terminal = sys.stdout.isatty()
        self._waiting: dict[str, float] = {}
        self._shown = False

    def report(self, part: str, seconds: float | None) -> None:
        """A part starts (None) or is ready."""
        if seconds is None:
            self._waiting[part] = time.monotonic()
        else:
            self._waiting.pop(part, None)
            self.line(f"  ✓ {_TITLES.get(part, part)}  {seconds:.1f} s")
        self._show_waiting()

    def line(self, text: str = "") -> None:
        self._clear()
        self._write(text + "\n")

    def error(self, text: str) -> None:
        self._clear()
        with contextlib.suppress(OSError):
            print(text, file=sys.stderr, flush=True)

    def quiet(self) -> None:
        """Nothing is waited for any more."""
        self._waiting.clear()
        self._clear()

    def _show_waiting(self) -> None:
        if self._terminal and self._waiting:
            self._clear()
            self._write("  … " + ", ".join(self._waiting))
            self._shown = True

    def _clear(self) -> None:
        if self._shown:
            self._write("\r\x1b[K")
            self._shown = False

    def _write(self, text: str) -> None:
        with contextlib.suppress(OSError):
            sys.stdout.write(text)
            sys.stdout.flush()
