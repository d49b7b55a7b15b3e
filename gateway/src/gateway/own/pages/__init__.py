"""The pages' HTML, next to the little that fills it in."""

from html import escape
from importlib.resources import files
from string import Template
from typing import Final

from contracts import platform

# Nothing from elsewhere: closed networks have no elsewhere, and nobody there can change our pages.
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'self'; script-src 'self' 'unsafe-inline';"
    " style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none';"
    " form-action 'self'; frame-ancestors 'none'",
    "Content-Language": "zh-CN",
}


def text(name: str) -> str:
    """The page, the platform's name filled in; what else stands in it as `$name` is left to `Template`."""
    page = Template((files(__package__) / name).read_text("utf-8"))
    return page.safe_substitute(platform=escape(platform.NAME), platform_en=escape(platform.NAME_EN))


def raw(name: str) -> str:
    """The file as it is."""
    return (files(__package__) / name).read_text("utf-8")
