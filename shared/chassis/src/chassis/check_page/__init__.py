"""Public pages, where anybody checks a paper or sees how something stands: plain HTML that works on any phone, without
a script.

What stands on it are texts; they are escaped here.
"""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from string import Template
from typing import Final, Literal

from contracts import platform

_FOLDER: Final = files(__package__)
_STYLE: Final = _FOLDER.joinpath("page.css").read_text("utf-8")
_PAGE: Final = Template(_FOLDER.joinpath("page.html").read_text("utf-8"))
_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

PAGE_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Content-Language": "zh-CN, en",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said first. `tone` colours it; `sign` says the same to who sees no colours."""

    tone: Literal["good", "warn", "bad"]
    sign: str
    zh: str
    en: str
    explained: str
    explained_en: str


@dataclass(frozen=True, slots=True)
class Fact:
    zh: str
    en: str
    value: str
    value_en: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """What is asked for; `name` is its name in the query."""

    name: str
    zh: str
    en: str
    hint: str
    hint_en: str
    longest: int


@dataclass(frozen=True, slots=True)
class CheckPage:
    """`action` is the page's own path; its form comes back there by GET."""

    title: str
    title_en: str
    action: str
    fields: Sequence[Field]
    about: str
    about_en: str

    def html(self, typed: Sequence[str], verdict: Verdict | None, facts: Sequence[Fact] = ()) -> str:
        """`typed` goes back into the fields, in their order."""
        fields = "\n".join(_field(field, value) for field, value in zip(self.fields, typed, strict=True))
        form = (
            f'<form action="{escape(self.action)}" method="get">\n{fields}\n'
            '<button type="submit">核验<span lang="en">Verify</span></button>\n</form>'
        )
        return _page(self, verdict, facts, below=form)


@dataclass(frozen=True, slots=True)
class Onward:
    """Where to go from here."""

    href: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class StatePage:
    """Says how something stands, and looks again by itself while that may change."""

    title: str
    title_en: str
    about: str
    about_en: str

    def html(
        self, verdict: Verdict, facts: Sequence[Fact], onward: Onward | None, look_again: int | None
    ) -> str:
        """`look_again`: after so many seconds the browser loads the same address once more."""
        link = (
            f'<a class="onward" href="{escape(onward.href)}">{escape(onward.zh)}'
            f'<span lang="en">{escape(onward.en)}</span></a>'
            if onward
            else ""
        )
        again = f'<meta http-equiv="refresh" content="{look_again}">\n' if look_again else ""
        return _page(self, verdict, facts, below=link, again=again)


def _page(
    page: CheckPage | StatePage,
    verdict: Verdict | None,
    facts: Sequence[Fact],
    *,
    below: str,
    again: str = "",
) -> str:
    return _PAGE.substitute(
        style=_STYLE,
        platform=escape(platform.NAME),
        platform_en=escape(platform.NAME_EN),
        title=escape(f"{verdict.zh} · {page.title}" if verdict else page.title),
        heading=escape(page.title),
        heading_en=escape(page.title_en),
        verdict=_verdict(verdict) if verdict else "",
        facts=f"<dl>{''.join(_fact(fact) for fact in facts)}</dl>" if facts else "",
        about=escape(page.about),
        about_en=escape(page.about_en),
        below=below,
        again=again,
    )


def _verdict(verdict: Verdict) -> str:
    return (
        f'<section class="verdict {verdict.tone}" role="status">'
        f'<span class="sign" aria-hidden="true">{escape(verdict.sign)}</span>'
        f'<div><h2>{escape(verdict.zh)}<span lang="en">{escape(verdict.en)}</span></h2>'
        f'<p>{escape(verdict.explained)}</p><p lang="en">{escape(verdict.explained_en)}</p></div></section>'
    )


def _fact(fact: Fact) -> str:
    translated = f'<span lang="en">{escape(fact.value_en)}</span>' if fact.value_en else ""
    return (
        f'<div><dt>{escape(fact.zh)}<span lang="en">{escape(fact.en)}</span></dt>'
        f"<dd>{escape(fact.value)}{translated}</dd></div>"
    )


def _field(field: Field, value: str) -> str:
    name, typed = escape(field.name), escape(value[: field.longest])
    return (
        f'<label for="{name}">{escape(field.zh)}<span lang="en">{escape(field.en)}</span></label>\n'
        f'<p class="hint" id="{name}-hint">{escape(field.hint)}<span lang="en">{escape(field.hint_en)}</span></p>\n'
        f'<input id="{name}" name="{name}" value="{typed}" maxlength="{field.longest}" required'
        f' autocomplete="off" autocapitalize="none" spellcheck="false" aria-describedby="{name}-hint">'
    )
