"""The public verification page as a phone sees it."""

import base64
import hashlib
import re
from datetime import date
from html.parser import HTMLParser

import pytest
from case_svc.documents.page import verification_page
from case_svc.documents.views import Verification
from chassis.check_page import PAGE_HEADERS

FACTS = {
    "number": "公服证〔2026〕00000042号",
    "item_name": "户籍证明开具",
    "item_name_en": "Household registration certificate",
    "result": "户籍证明（电子）",
    "unit": "西城分局户政支队",
    "unit_en": "Xicheng Branch",
    "issued_on": date(2026, 11, 23),
    "valid_until": date(2027, 2, 23),
}


class Outline(HTMLParser):
    """Tags with their attributes; fails on a tag closed out of order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(html)
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "input", "br"):
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.mark.parametrize(
    ("status", "zh", "en"),
    [
        ("valid", "凭证有效", "Valid"),
        ("expired", "凭证已过期", "Expired"),
        ("revoked", "凭证已撤销", "Revoked"),
    ],
)
def test_the_verdict_stands_first_and_the_facts_below(status, zh, en):
    revoked_on = date(2026, 12, 1) if status == "revoked" else None
    page = verification_page("X", Verification(status=status, **FACTS, revoked_on=revoked_on))
    assert page.index(zh) < page.index("公服证〔2026〕00000042号") < page.index("<form")
    assert en in page
    assert ("2026-12-01" in page) == (status == "revoked")
    assert Outline(page).of("html") == [{"lang": "zh-CN"}]


def test_an_unknown_code_shows_no_facts():
    page = verification_page("X", Verification(status="unknown"))
    assert "未查到凭证" in page
    assert "<dl" not in page


def test_without_a_code_the_page_only_asks_for_one():
    page = verification_page("", None)
    assert 'class="verdict' not in page
    field = Outline(page).of("input")[0]
    assert [label["for"] for label in Outline(page).of("label")] == [field["id"]]


@pytest.mark.parametrize("typed", ['"><script>alert(1)</script>', "' onfocus=x '", "$style ${title}", "&lt;"])
def test_what_was_typed_comes_back_as_text(typed):
    outline = Outline(verification_page(typed, Verification(status="unknown")))
    assert outline.of("script") == []
    assert outline.of("input")[0]["value"] == typed


def test_names_in_the_record_are_text_too():
    page = verification_page(
        "X", Verification(status="valid", **FACTS | {"unit": "<img src=x>", "unit_en": "<b>"})
    )
    assert Outline(page).of("img") == Outline(page).of("b") == []


def test_the_policy_lets_the_pages_own_style_through_and_nothing_else():
    page = verification_page("", None)
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = PAGE_HEADERS["Content-Security-Policy"]
    assert f"'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert "style=" not in page
    assert not re.search(r"\son\w+=|javascript:|https?://", page)
