"""Every form and every page of people's log-in: nothing by another site's hand, nothing in another site's frame."""

import pytest
from chassis.testing.doors import doors_of
from identity_svc.api.oidc.pages import PageRouter

GOES_ON_BY_GET = {"/oidc/authorize", "/oidc/logout"}
"""Forms of departments' systems, which become a GET; they change nothing themselves."""
HELD = {
    "x-frame-options": "DENY", "x-content-type-options": "nosniff", "cache-control": "no-store",
    "referrer-policy": "no-referrer",
}  # fmt: skip


@pytest.fixture
def paths(identity):
    """Method → the paths of all pages that there are."""
    found = {"GET": set(), "POST": set()}
    routers = [one for one in identity.running.service.routers if isinstance(one, PageRouter)]
    for route in doors_of(*routers):
        method, path = route.split(" ")
        found[method].add(path)
    assert len(found["POST"]) > 15 and len(found["GET"]) > 10
    return found


async def rows(identity):
    tables = (
        "session",
        "account",
        "one_time_code",
        "oidc_grant",
        "oidc_consent",
        "identity_link",
        "revocation",
    )
    present = {row["relname"] for row in await identity.sql("SELECT relname FROM pg_stat_user_tables")}
    return {
        table: (await identity.sql(f"SELECT count(*) FROM {table}"))[0]["count"]
        for table in tables
        if table in present
    }


async def test_no_form_is_taken_from_another_site(identity, paths, browser, new_browser, party, citizen):
    await party.log_in(browser, **citizen)
    right = (await browser.get("/oidc/logout")).form("/oidc/logout/confirmed").fields["form"]
    other = (await new_browser().get("/login?way=password")).form("/login/password").fields["form"]
    fields = {**citizen, "answer": "yes", "code": "000000", "code_ticket": "x" * 43, "name": "王小明"}
    before = await rows(identity)
    for path in sorted(paths["POST"] - GOES_ON_BY_GET):
        for what, token, headers in (
            ("none", {}, {}),
            ("a guess", {"form": "0" * 64}, {}),
            ("another browser's", {"form": other}, {}),
            ("ours, from another site", {"form": right}, {"Sec-Fetch-Site": "cross-site"}),
            ("ours, from a sister site", {"form": right}, {"Sec-Fetch-Site": "same-site"}),
        ):
            answer = await browser.client.post(path, data=fields | token, headers=headers)
            assert answer.status_code == 400 and "本次提交未生效" in answer.text, (path, what, answer.text)
    assert await rows(identity) == before
    assert "code" in (await browser.get(party.request())).parameters, "still logged in"


async def test_forms_of_departments_change_nothing_themselves(identity, browser, party, citizen):
    await party.log_in(browser, **citizen)
    before = await rows(identity)
    for path in GOES_ON_BY_GET:
        answer = await browser.client.post(path, data={"client_id": party.client_id})
        assert answer.status_code == 303 and answer.headers["location"].startswith(f"{path}?"), path
    assert await rows(identity) == before


async def test_no_page_can_be_framed_or_kept(paths, browser, party, citizen):
    shown = 0
    for logged_in in (False, True):
        if logged_in:
            await party.log_in(browser, **citizen)
        for path in sorted(paths["GET"]):
            answer = await browser.client.get(path.replace("{provider}", "nobody"))
            if not answer.headers.get("content-type", "").startswith("text/html"):
                continue
            shown += 1
            assert {name: answer.headers.get(name) for name in HELD} == HELD, path
            policy = answer.headers["content-security-policy"]
            for held in (
                "default-src 'none'",
                "frame-ancestors 'none'",
                "form-action 'self'",
                "base-uri 'none'",
            ):
                assert held in policy, path
            assert "unsafe" not in policy and "<script" not in answer.text, path
    assert shown > 12


async def test_what_an_address_brings_is_not_run(browser):
    evil = '"><script>alert(1)</script>'
    for path in (
        "/login",
        "/login/continue",
        "/login/scan",
        "/login/vouched",
        "/login/face/back",
        "/oidc/logout",
    ):
        for name in ("flow", "lang", "way", "code", "way_in", "face_check", "state", "client_id"):
            page = await browser.client.get(path, params={name: evil})
            assert "<script>" not in page.text, (path, name)
            assert page.status_code < 500, (path, name)
