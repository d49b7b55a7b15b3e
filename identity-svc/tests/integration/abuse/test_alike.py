"""Who is known and who is not: answered alike, after like work. Each row asks the same of different people.

What must differ, and why, stands in docs/abuse.md: the holder of a phone, once proven, is told of their account.
"""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from chassis.clock import SHANGHAI, now
from chassis.testing import bearer

PASSWORD, WRONG = "correct horse battery", "not the password"
SERIAL = re.compile(r'"serial":"[A-Z][0-9]"|<b>[A-Z][0-9]</b>')
NO_TICKET = "x" * 43
OFFICER_PASSWORD = "demo-password-of-the-tests"


class People:
    """By phone: with a password, without one, a company, and one whom nobody knows."""

    def __init__(self, identity, another_phone):
        self.identity, self._phone = identity, another_phone
        self.phones, self.tokens = {}, {}

    async def move_in(self):
        await self._add("with a password", password=PASSWORD)
        await self._add("without a password")
        await self._add("a company", kind="enterprise", uscc="91610000MA6U0RUX59", company_name="某某公司")
        self.phones["unknown"] = self._phone()
        return self

    async def _add(self, who, **fields):
        self.phones[who] = self._phone()
        await self.identity.forget_limits()
        registered = await self.identity.register(self.phones[who], **fields)
        self.tokens[who] = registered["session"]["access_token"]

    async def known_token(self, who):
        """Seen before: that its signature is checked once says nothing of others."""
        await self.identity.get("/me", self.tokens[who])
        return self.tokens[who]

    def stranger(self):
        return self._phone()


@pytest.fixture
async def people(identity, another_phone):
    return await People(identity, another_phone).move_in()


def all_alike(seen, parts=("status", "headers", "body", "work")):
    """Raises with what differs, of whom."""
    first_of_all, first = next(iter(seen.items()))
    for who, one in seen.items():
        for part in parts:
            mine, theirs = getattr(first, part), getattr(one, part)
            assert mine == theirs, f"{who} differs from {first_of_all} in {part}:\n{theirs}\n{mine}"
    return first


def names_of(phone):
    return (phone, f"+86{phone}", f"{phone[:3]}****{phone[-4:]}")


async def by_phone(identity, alike, people, ask):
    seen = {}
    for who, phone in people.phones.items():
        await identity.forget_limits()
        seen[who] = await alike.see(ask(phone), *names_of(phone), fresh=SERIAL)
    return all_alike(seen)


def posting(identity, path, **body):
    return identity.client.post(f"/api/identity{path}", json=body)


async def test_asking_for_a_code_says_nothing(identity, alike, people):
    for purpose in ("login", "register", "password", "link"):
        first = await by_phone(
            identity,
            alike,
            people,
            lambda phone, for_=purpose: posting(identity, "/codes", phone=phone, purpose=for_),
        )
        assert first.status == 202 and any(note.startswith("job ") for note in first.work)


async def tickets(identity, people, purpose):
    """By phone: of a code that was sent there."""
    found = {}
    for phone in people.phones.values():
        await identity.forget_limits()
        found[phone] = (await posting(identity, "/codes", phone=phone, purpose=purpose)).json()["code_ticket"]
    return found


async def test_wrong_codes_and_passwords_say_nothing(identity, alike, people):
    def log_in(**proof):
        return lambda phone: posting(identity, "/sessions", phone=phone, **proof)

    first = await by_phone(identity, alike, people, log_in(password=WRONG))
    assert first.status == 401 and first.work.count("argon2 verify") == 1
    made_up = {"code": "000000", "code_ticket": NO_TICKET}
    assert (await by_phone(identity, alike, people, log_in(**made_up))).status == 401
    sent = await tickets(identity, people, "login")
    first = await by_phone(
        identity,
        alike,
        people,
        lambda phone: posting(identity, "/sessions", phone=phone, code="000000", code_ticket=sent[phone]),
    )
    assert first.status == 401


async def test_registering_without_the_code_says_nothing(identity, alike, people):
    sent = await tickets(identity, people, "register")
    for ticket_of in (lambda phone: NO_TICKET, sent.__getitem__):

        def register(phone, ticket=ticket_of):
            body = {
                "phone": phone,
                "code": "000000",
                "code_ticket": ticket(phone),
                "password": "a fine new one",
            }
            return posting(identity, "/accounts", **body)

        first = await by_phone(identity, alike, people, register)
        assert first.status == 422 and "argon2 hash" not in first.work


async def test_badges_say_nothing(identity, alike, operator):
    made = await identity.client.post(
        "/api/identity/officers",
        json={"badge_no": "NEW-1", "name": "赵一鸣", "rank": 1, "unit": "XC-HUZHENG", "roles": ["officer"]},
        headers=bearer(operator),
    )
    assert made.status_code == 201
    left = (await identity.get("/officers", operator, limit=100)).json()["items"]
    [officer] = [one for one in left if one["badge_no"] == "XC-HUZHENG-2"]
    changed = await identity.client.patch(
        f"/api/identity/officers/{officer['officer_id']}",
        json={"version": officer["version"], "active": False},
        headers=bearer(operator),
    )
    assert changed.status_code == 200, changed.text
    tried = {
        "serves": ("XC-HUZHENG-1", WRONG),
        "unknown": ("NOBODY-7", WRONG),
        "left": ("XC-HUZHENG-2", WRONG),
        "left, with what was the password": ("XC-HUZHENG-2", OFFICER_PASSWORD),
        "waits for the first log-in": ("NEW-1", WRONG),
    }
    seen = {}
    for who, (badge, password) in tried.items():
        await identity.forget_limits()
        seen[who] = await alike.see(posting(identity, "/sessions", badge_no=badge, password=password), badge)
    assert all_alike(seen).work.count("argon2 verify") == 1
    seen = {}
    for badge in ("XC-HUZHENG-1", "XC-HUZHENG-2", "NOBODY-7", "NEW-1"):
        await identity.forget_limits()
        body = {
            "badge_no": badge,
            "activation_code": "0000-0000-0000-0000",
            "new_password": "some fine password",
        }
        seen[badge] = await alike.see(posting(identity, "/activations", **body), badge)
    assert all_alike(seen).work.count("argon2 hash") == 1


async def test_second_factors_and_refresh_tokens_say_nothing(identity, alike, people, phone):
    forged = ("x" * 120, "A" * 120, "eyJhbGciOiJub25lIn0.e30.")
    seen = {}
    for text in forged:
        seen[text] = await alike.see(
            posting(identity, "/sessions/second-factor", challenge=text, code="123456"), text
        )
    assert all_alike(seen).status == 401
    mine = (await identity.register(phone))["session"]["refresh_token"]
    seen = {
        what: await alike.see(posting(identity, "/sessions/refresh", refresh_token=text), text)
        for what, text in {"of no session": "A" * len(mine), "forged": mine[:-4] + "AAAA"}.items()
    }
    assert all_alike(seen).status == 401


async def test_linking_says_nothing_of_phones(identity, alike, people, phone):
    user = await identity.sandbox.control("POST", "/wechat/users", {"phone": phone})

    async def ticket():
        path = f"/wechat/users/{user['user_id']}/codes"
        code = (await identity.sandbox.control("POST", path, {}))["code"]
        return (await posting(identity, "/sessions/wechat", js_code=code)).json()["ticket"]

    mine = await ticket()
    first = await by_phone(
        identity, alike, people, lambda one: posting(identity, "/sessions/link-codes", ticket=mine, phone=one)
    )
    assert first.status == 202
    first = await by_phone(
        identity,
        alike,
        people,
        lambda one: posting(
            identity, "/sessions/linked", ticket=mine, phone=one, code="000000", code_ticket=NO_TICKET
        ),
    )
    assert first.status == 422
    seen = {}
    for path, more in {"/sessions/link-codes": {"phone": phone}, "/sessions/vouched": {}}.items():
        used = await ticket()
        await identity.sql("UPDATE vouched SET expires_at = now()")
        for what, text in {"expired": used, "unknown": "x" * 43}.items():
            seen[what] = await alike.see(posting(identity, path, ticket=text, **more))
        assert all_alike(seen).status == 401


async def test_an_offer_says_nothing_of_whom_it_goes_to(identity, alike, people, phone, id_number):
    giver = (await identity.register(phone))["session"]["access_token"]
    verified = await identity.post("/real-name", {"name": "王小明", "id_number": id_number}, giver)
    giver = verified.json()["access_token"]
    await identity.get("/me", giver)
    until = (now().astimezone(SHANGHAI) + timedelta(days=30)).date().isoformat()

    def offer(to):
        body = {"agent_phone": to, "agent_name": "赵敏", "until": until}
        return identity.post("/mandates", body, giver)

    assert (await by_phone(identity, alike, people, offer)).status == 201


async def test_what_is_anothers_looks_like_what_is_nowhere(identity, alike, people, id_number, operator):
    mine = await people.known_token("with a password")
    other = await people.known_token("without a password")
    their_session = (await identity.get("/me/sessions", other)).json()["items"][0]["id"]
    verified = await identity.post("/real-name", {"name": "王小明", "id_number": id_number}, other)
    other = verified.json()["access_token"]
    until = (now().astimezone(SHANGHAI) + timedelta(days=30)).date().isoformat()
    body = {"agent_phone": people.stranger(), "agent_name": "赵敏", "until": until}
    their_mandate = (await identity.post("/mandates", body, other)).json()["id"]
    their_check = (await identity.post("/face-checks", {"return_to": "/"}, other)).json()["id"]
    paths = {
        ("DELETE", "/me/sessions/{}"): their_session,
        ("PATCH", "/me/sessions/{}"): their_session,
        ("GET", "/mandates/{}"): their_mandate,
        ("POST", "/mandates/{}/accept"): their_mandate,
        ("POST", "/mandates/{}/decline"): their_mandate,
        ("POST", "/mandates/{}/revoke"): their_mandate,
        ("POST", "/face-checks/{}/result"): their_check,
    }
    for (method, path), theirs in paths.items():
        seen = {
            who: await alike.see(
                identity.client.request(
                    method,
                    f"/api/identity{path.format(one)}",
                    json={"name": "x"} if method == "PATCH" else None,
                    headers=bearer(mine) | {"If-Match": '"1"'},
                ),
                str(one),
            )
            for who, one in {"another's": theirs, "nobody's": uuid4()}.items()
        }
        # Not the work: 74 bits of such an id are random, so that whoever asks by one was told that it exists.
        first = all_alike(seen, ("status", "headers", "body"))
        assert first.status == 404, (method, path, first)


async def test_qr_codes_say_nothing(identity, alike, people):
    mine = await people.known_token("with a password")
    other = await people.known_token("without a password")

    async def code():
        shown = (await posting(identity, "/sessions/qr")).json()
        return shown, shown["scan_url"].split("code=")[1]

    shown, _ = await code()
    taken, text = await code()
    assert (await identity.post("/qr-log-ins/scans", {"code": text}, other)).status_code == 200
    old, old_text = await code()
    await identity.sql("UPDATE qr_log_in SET expires_at = now() WHERE id = $1", old["id"])
    ids = {"nobody's": str(uuid4()), "not scanned": shown["id"], "another's": taken["id"], "old": old["id"]}
    for what in ("confirm", "refuse"):
        seen = {
            who: await alike.see(identity.post(f"/qr-log-ins/{one}/{what}", {}, mine), one)
            for who, one in ids.items()
        }
        all_alike(seen)
    seen = {
        who: await alike.see(identity.post("/qr-log-ins/scans", {"code": one}, mine), one)
        for who, one in {"nobody's": "x" * 43, "another's": text, "old": old_text}.items()
    }
    all_alike(seen)
    seen = {
        who: await alike.see(posting(identity, f"/sessions/qr/{one}/news", secret="x" * 43), one)
        for who, one in ids.items()
    }
    all_alike(seen)


PAGES = {
    "/login/password": ("password", {"password": WRONG}),
    "/login/code": ("code", {}),
    "/login/code/enter": ("code", {"code": "000000", "code_ticket": NO_TICKET}),
    "/login/register": ("code", {"code": "000000", "code_ticket": NO_TICKET}),
}


@pytest.mark.parametrize("path", PAGES)
async def test_pages_say_nothing(identity, alike, people, browser, path):
    way, fields = PAGES[path]
    form = (await browser.get(f"/login?way={way}")).forms()[0].fields["form"]
    first = await by_phone(
        identity,
        alike,
        people,
        lambda phone: browser.client.post(path, data={"form": form, "phone": phone, **fields}),
    )
    assert first.status in (200, 422)
    assert not re.search("not registered|没有注册|未注册", first.body)


async def test_a_badge_on_the_page_says_nothing(identity, alike, browser):
    form = (await browser.get("/login?way=officer")).forms()[0].fields["form"]
    seen = {
        badge: await alike.see(
            browser.client.post("/login/officer", data={"form": form, "badge_no": badge, "password": WRONG}),
            badge,
        )
        for badge in ("XC-HUZHENG-1", "NOBODY-7")
    }
    assert all_alike(seen).status == 422


async def test_services_say_nothing(identity, alike):
    seen = {
        service: await alike.see(
            identity.client.post("/internal/service-tokens", json={"service": service, "secret": "x" * 20}),
            service,
        )
        for service in ("case-svc", "payment-svc", "nobody-svc")
    }
    assert all_alike(seen).status == 401


async def test_clients_that_are_not_or_no_longer_are_one_page(identity, alike, browser, operator, new_party):
    left = await new_party(host="left.test")
    await browser.get("/login")
    await identity.client.patch(
        f"/api/identity/clients/{left.client_id}",
        json={"version": 1, "active": False},
        headers=bearer(operator),
    )
    seen = {
        who: await alike.see(
            browser.client.get(f"/oidc/authorize?client_id={one}&response_type=code"), str(one)
        )
        for who, one in {"unknown": uuid4(), "disabled": left.client_id}.items()
    }
    assert all_alike(seen).status == 400
