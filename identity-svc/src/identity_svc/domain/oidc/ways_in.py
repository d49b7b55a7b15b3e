"""Other ways to log in, or to reach a higher level, that the log-in pages offer: the place to plug one in."""

from collections.abc import Iterator
from dataclasses import dataclass

from .clients import Serves


@dataclass(frozen=True, slots=True)
class WayIn:
    """A link on the log-in page and, where it `reaches` a level above the present one, on the step-up page.

    `start` is a path of this service below `/login/`. It gets `?flow=…`, the log-in under way (absent where somebody
    logs in just so), keeps it wherever it sends the browser, and ends with `api.oidc.browser.come_in`, which goes on
    with that flow. `icon` is one or two characters shown before the name. `within`: only browsers whose User-Agent has
    this in it can go there.
    """

    name: str
    name_en: str
    icon: str
    start: str
    serves: Serves = Serves.PEOPLE
    logs_in: bool = True
    reaches: int = 0
    within: str = ""


class WaysIn:
    """In the order in which they are offered."""

    def __init__(self) -> None:
        self._ways: list[WayIn] = []

    def add(self, way: WayIn) -> None:
        self._ways.append(way)

    def __iter__(self) -> Iterator[WayIn]:
        return iter(self._ways)

    def to_log_in(self, user_agent: str) -> list[WayIn]:
        return [way for way in self._ways if way.logs_in and way.within in user_agent]

    def to_reach(self, level: int) -> list[WayIn]:
        return [way for way in self._ways if way.reaches >= level]
