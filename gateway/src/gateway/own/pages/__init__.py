"""The pages' HTML, next to the little that fills it in."""

from importlib.resources import files
from typing import Final

# Nothing from elsewhere: closed networks have no elsewhere, and nobody there can change our pages.
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'self'; script-src 'self' 'unsafe-inline';"
    " style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none';"
    " form-action 'self'; frame-ancestors 'none'",
    "Content-Language": "zh-CN",
}


def text(name: str) -> str:
    return (files(__package__) / name).read_text("utf-8")
