"""The browser's mark, and the form tokens derived from it, change with who sits before the browser."""

import pytest

MARK = "login-browser"


async def logged_in(browser, party, citizen):
    """On the page that asks for consent."""
    page = await browser.get(party.request())
    page = await browser.get(f"{page.answer.request.url}&way=password")
    return await browser.submit(page, "/login/password", **citizen)


def mark(browser):
    return browser.client.cookies[MARK]


async def test_a_mark_known_before_the_log_in_is_worth_nothing_after_it(browser, new_browser, party, citizen):
    attacker = new_browser()
    theirs = await attacker.get("/login?way=password")
    planted = mark(attacker)
    browser.client.cookies.set(MARK, planted, domain="127.0.0.1")
    page = await logged_in(browser, party, citizen)
    assert mark(browser) != planted
    form = page.form("/login/consent")
    known = theirs.form("/login/password").fields["form"]
    assert form.fields["form"] != known
    refused = await browser.post(form.action, {"form": known, "answer": "yes"})
    assert refused.answer.status_code == 400 and refused.left_for is None
    browser.client.cookies.set(MARK, planted, domain="127.0.0.1")  # planted once more, after the log-in
    refused = await browser.post(form.action, {"form": known, "answer": "yes"})
    assert refused.answer.status_code == 400 and refused.left_for is None


async def test_a_log_in_in_another_tab_goes_on_and_its_old_form_says_how(browser, party, new_party, citizen):
    other = await new_party(host="other.test")
    tab = await browser.get(other.request())
    tab = await browser.get(f"{tab.answer.request.url}&way=password")
    await logged_in(browser, party, citizen)
    stale = await browser.submit(tab, "/login/password", **citizen)
    assert stale.answer.status_code == 400 and "请点“继续”" in stale.text
    flow = tab.answer.request.url.params["flow"]
    assert f'href="/login/continue?flow={flow}"' in stale.text
    page = await browser.get(f"/login/continue?flow={flow}")
    assert page.path == "/login/consent"
    assert (await browser.submit(page, "/login/consent", answer="yes")).left_for is not None


async def test_a_step_up_changes_the_mark_and_keeps_the_log_in(identity, browser, party, phone, id_number):
    await identity.register(phone, password="correct horse battery")
    page = await browser.get(party.request(scope="openid identity"))
    page = await browser.get(f"{page.answer.request.url}&way=password")
    page = await browser.submit(page, "/login/password", phone=phone, password="correct horse battery")
    assert page.path == "/login/level"
    before, form = mark(browser), page.form("/login/level/real-name")
    page = await browser.submit(page, "/login/level/real-name", name="王小明", id_number=id_number)
    assert page.path == "/login/consent" and mark(browser) != before
    assert page.form("/login/consent").fields["form"] != form.fields["form"]


@pytest.mark.parametrize("way", ["by the person", "by the client"])
async def test_after_a_log_out_nothing_is_left_for_the_next_person(browser, party, new_party, citizen, way):
    tokens = await party.log_in(browser, **citizen)
    other = await new_party(host="other.test")
    under_way = (await browser.get(other.request())).answer.request.url
    page, before = await browser.get("/oidc/logout"), mark(browser)
    old = page.form("/oidc/logout/confirmed").fields["form"]
    if way == "by the person":
        await browser.submit(page, "/oidc/logout/confirmed")
    else:
        await browser.get(f"/oidc/logout?id_token_hint={tokens['id_token']}")
    assert mark(browser) != before and "login-session" not in browser.client.cookies
    assert (await browser.get(str(under_way))).answer.status_code == 400, "a log-in the first one had begun"
    fresh = await browser.get("/login?way=password")
    assert fresh.form("/login/password").fields["form"] != old
    refused = await browser.post("/login/password", {"form": old, **citizen})
    assert refused.answer.status_code == 400


async def test_a_log_out_of_nobody_disturbs_no_log_in(browser, party, citizen):
    page = await browser.get(party.request())
    before = mark(browser)
    await browser.get("/oidc/logout")
    assert mark(browser) == before
    page = await browser.get(f"{page.answer.request.url}&way=password")
    assert (await browser.submit(page, "/login/password", **citizen)).path == "/login/consent"


async def test_an_error_leaves_the_mark_as_it_was(browser, party, citizen):
    page = await browser.get(party.request())
    before = mark(browser)
    page = await browser.get(f"{page.answer.request.url}&way=password")
    page = await browser.submit(page, "/login/password", phone=citizen["phone"], password="wrong password")
    assert page.answer.status_code == 422 and mark(browser) == before
