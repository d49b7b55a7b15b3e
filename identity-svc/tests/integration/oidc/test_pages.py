"""The pages: protected forms, one language or the other, no word on who is known."""

import re

import pytest
from identity_svc.domain.oidc.ways_in import WayIn


async def log_in_page(browser, party, way="password"):
    page = await browser.get(party.request())
    return await browser.get(f"{page.answer.request.url}&way={way}")


async def test_pages_are_closed_to_scripts_frames_and_caches(browser, party):
    page = await log_in_page(browser, party)
    policy = page.answer.headers["content-security-policy"]
    assert (
        "default-src 'none'" in policy
        and "form-action 'self'" in policy
        and "frame-ancestors 'none'" in policy
    )
    assert "unsafe" not in policy and "<script" not in page.text
    assert page.answer.headers["cache-control"] == "no-store"
    assert page.answer.headers["referrer-policy"] == "no-referrer"
    assert 'name="viewport"' in page.text


async def test_every_field_has_its_label(browser, party):
    for way in ("code", "password"):
        page = await log_in_page(browser, party, way)
        inputs = set(re.findall(r'<input id="(\w+)"', page.text))
        assert inputs and inputs == set(re.findall(r'<label for="(\w+)"', page.text))


async def test_a_form_needs_its_page_and_its_browser(browser, new_browser, party, citizen):
    page = await log_in_page(browser, party)
    form = page.form("/login/password")
    fields = form.fields | citizen
    for wrong in ({**fields, "form": "x"}, {name: value for name, value in fields.items() if name != "form"}):
        assert (await browser.post(form.action, wrong)).answer.status_code == 400
    assert (await new_browser().post(form.action, fields)).answer.status_code == 400
    elsewhere = await browser.post(form.action, fields, **{"Sec-Fetch-Site": "cross-site"})
    assert elsewhere.answer.status_code == 400 and "页面已过期" in elsewhere.text
    assert (await browser.post(form.action, fields)).path == "/login/consent"


async def test_a_log_in_under_way_is_of_no_use_in_another_browser(browser, new_browser, party):
    page = await log_in_page(browser, party)
    stolen = await new_browser().get(str(page.answer.request.url))
    assert stolen.answer.status_code == 400 and "本次登录已失效" in stolen.text


def without_chance(text):
    """A page without the marks that are drawn anew for everybody."""
    ticket = r'(?<=name="code_ticket" value=")[\w-]{43}(?=")'
    return re.sub(rf"flow=[\w-]+|{ticket}|<b>[A-Z][2-9]</b>", "", text)


async def test_known_and_unknown_people_are_answered_alike(browser, party, citizen, another_phone):
    answers = []
    for phone in (citizen["phone"], another_phone()):
        page = await log_in_page(browser, party)
        page = await browser.submit(page, "/login/password", phone=phone, password="wrong password")
        answers.append((page.answer.status_code, page.text.replace(phone, "")))
        page = await log_in_page(browser, party, "code")
        page = await browser.submit(page, "/login/code", phone=phone)
        answers.append((page.answer.status_code, page.text.replace(phone, "")))
    unflowed = [(status, without_chance(text)) for status, text in answers]
    assert unflowed[0] == unflowed[2] and unflowed[1] == unflowed[3]
    assert "账号或口令不正确" in unflowed[0][1]


async def test_guesses_are_counted_with_those_at_the_api(identity, browser, party, citizen):
    page = await log_in_page(browser, party)
    for _ in range(10):
        page = await browser.submit(page, "/login/password", phone=citizen["phone"], password="wrong")
        assert page.answer.status_code == 422
    page = await browser.submit(page, "/login/password", **citizen)
    assert page.answer.status_code == 429 and int(page.answer.headers["retry-after"]) > 0


async def test_what_was_written_stays_and_is_escaped(browser, party):
    page = await log_in_page(browser, party)
    page = await browser.submit(page, "/login/password", phone='"><b>x', password="secret words")
    assert page.answer.status_code == 422 and "<b>x" not in page.text and "&lt;b&gt;x" in page.text
    assert (
        "secret words" not in page.text
        and 'href="#phone"' in page.text
        and 'aria-invalid="true"' in page.text
    )


async def test_english_is_a_switch_a_browsers_wish_or_the_clients(browser, new_browser, party):
    page = await log_in_page(browser, party)
    (switch,) = re.findall(r'<a href="([^"]*lang=en)"', page.text)
    page = await browser.get(switch.replace("&amp;", "&"))
    assert '<html lang="en">' in page.text and "Household appointments" in page.text
    assert '<html lang="en">' in (await browser.get(party.request())).text, "the choice is kept"
    assert '<html lang="en">' in (await new_browser(language="en-GB").get(party.request())).text
    assert '<html lang="en">' in (await new_browser().get(party.request(ui_locales="fr en zh"))).text


async def test_cookies_are_bound_to_the_host_over_https(start_identity, tmp_path):
    identity = await start_identity(public_url="https://platform.test")
    answer = await identity.client.get("/login")
    cookies = answer.headers.get_list("set-cookie")
    assert cookies and all(
        cookie.startswith("__Host-login-")
        and {"Secure", "HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
        for cookie in cookies
    )
    assert "strict-transport-security" in answer.headers


async def test_another_way_in_is_offered_and_keeps_the_flow(identity, browser, party):
    identity.running.service.state.oidc.ways_in.add(WayIn("扫码登录", "Scan", "码", "/login/scan", reaches=3))
    page = await browser.get(party.request())
    flow = page.answer.request.url.params["flow"]
    assert f'href="/login/scan?flow={flow}"' in page.text and "扫码登录" in page.text


@pytest.mark.parametrize("flow", ["", "x", "%00", "../..", "a" * 5000])
async def test_a_made_up_flow_is_a_page_that_says_what_to_do(browser, flow):
    for path in ("/login", "/login/continue", "/login/consent", "/login/level", "/login/choose"):
        page = await browser.get(f"{path}?flow={flow}")
        assert page.answer.status_code in (200, 400, 422) and page.answer.headers["content-type"].startswith(
            "text/html"
        )


async def test_nobody_logs_in_with_an_initial_password(identity, operator, browser):
    made = await identity.client.post(
        "/api/identity/officers",
        json={"badge_no": "NEW-1", "name": "赵一鸣", "rank": 1, "unit": "XC-HUZHENG", "roles": ["officer"]},
        headers={"Authorization": f"Bearer {operator}"},
    )
    page = await browser.get("/login?way=officer")
    page = await browser.submit(
        page, "/login/officer", badge_no="NEW-1", password=made.json()["initial_password"]
    )
    assert page.answer.status_code == 403 and "初始口令" in page.text
    assert "session" not in " ".join(browser.client.cookies)


@pytest.mark.parametrize(
    "form", ["password", "code", "code/enter", "register", "officer/code", "vouched/enter"]
)
async def test_the_address_of_a_form_leads_back_to_the_log_in_it_belongs_to(identity, form):
    answer = await identity.client.get(f"/login/{form}?flow=the-flow")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?flow=the-flow")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/login/nothing/here", 404),
        ("/oidc/nothing", 404),
        ("/oidc/", 404),
        ("/oidc/nothing/here", 404),
        ("/oidc/token", 405),
    ],
)
async def test_an_address_without_a_page_is_a_page_for_people_and_a_problem_for_programs(
    identity, path, status
):
    browsers = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": "en"}
    page = await identity.client.get(path, headers=browsers)
    assert (page.status_code, page.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert 'lang="en"' in page.text and 'href="/login"' in page.text and "no page here" in page.text
    answer = await identity.client.get(path, headers={"Accept": "*/*"})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert page.headers.get("allow") == answer.headers.get("allow") == ("POST" if status == 405 else None)


async def test_only_people_who_log_in_get_pages_for_what_is_not_there(identity):
    answer = await identity.client.get("/api/identity/nothing", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


async def test_an_empty_second_code_is_an_error_of_its_field(browser, party, identity):
    page = await log_in_page(browser, party)
    form = re.search(r'name="form" value="([^"]+)"', page.text)
    assert form is not None
    answer = await browser.client.post(
        "/login/officer/code", data={"form": form[1], "challenge": "x", "code": " "}
    )
    assert answer.status_code == 422 and "请输入动态口令或恢复码" in answer.text


async def test_whoever_is_logged_in_sees_it_where_one_logs_in(browser, citizen):
    page = await browser.get("/login?way=password")
    assert "/login/continue" not in page.text
    page = await browser.submit(page, "/login/password", **citizen)
    assert "您已登录" in page.text
    page = await browser.get("/login")
    assert "当前登录" in page.text and 'href="/login/continue"' in page.text


async def test_a_wrong_code_says_nothing_of_passwords(browser, phone):
    page = await browser.submit(await browser.get("/login"), "/login/code", phone=phone)
    page = await browser.submit(page, "/login/code/enter", code="000000")
    assert page.answer.status_code == 422
    assert "验证码不正确或已失效" in page.text and "口令不正确" not in page.text
