"""The first administrator of a platform that has nobody yet."""

import io

import pytest
from chassis.testing import bearer
from contracts.identity import OfficerAssigned
from identity_svc.commands import officer_command, read_words

OPERATOR = ["--badge", "operator-7", "--name", "赵一鸣", "--role", "operator"]
REVIEWER = ["--badge", "XC-7", "--name", "钱二", "--role", "officer", "--unit", "XC-HUZHENG", "--rank", "1"]


async def create(identity, *words):
    return await officer_command(identity.running.service, ["create", *words])


async def log_in(identity, badge_no, password):
    return await identity.post("/sessions", {"badge_no": badge_no, "password": password})


def initial_password(shown):
    return shown.out.split()[-1]


async def test_the_first_operator_sets_a_password_and_creates_the_others(identity, capsys):
    assert await create(identity, *OPERATOR) == 0
    initial = initial_password(capsys.readouterr())
    session = (await log_in(identity, "OPERATOR-7", initial)).json()
    assert session["password_change_required"] and session["roles"] == []

    headers = bearer(session["access_token"])
    own = {"current_password": initial, "new_password": "a password of my own"}
    assert (await identity.client.put("/api/identity/password", json=own, headers=headers)).status_code == 204
    token = (await log_in(identity, "OPERATOR-7", "a password of my own")).json()["access_token"]
    body = {"badge_no": "XC-9", "name": "孙三", "unit": "XC-HUZHENG", "rank": 1, "roles": ["officer"]}
    assert (await identity.post("/officers", body, token)).status_code == 201


async def test_a_password_from_standard_input_is_ones_own_and_is_not_shown(identity, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("a password of my own\n"))
    assert await create(identity, *OPERATOR, "--password-stdin") == 0
    shown = capsys.readouterr()
    assert "a password of my own" not in shown.out + shown.err
    session = (await log_in(identity, "OPERATOR-7", "a password of my own")).json()
    assert not session["password_change_required"] and session["roles"] == ["operator"]


async def test_an_engineer_of_a_partner_is_created_too(identity, capsys):
    assert await create(identity, "--badge", "CCB-1", "--name", "钱工", "--partner", "ccb") == 0
    initial = initial_password(capsys.readouterr())
    assert (await log_in(identity, "CCB-1", initial)).status_code == 201
    (row,) = await identity.sql("SELECT roles, partner FROM officer WHERE badge_no = 'CCB-1'")
    assert (row["roles"], row["partner"]) == (["partner"], "ccb")


@pytest.mark.parametrize("password", ["", "12345678", "operator-7"])
async def test_a_poor_password_is_refused(identity, capsys, monkeypatch, password):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    assert await create(identity, *OPERATOR, "--password-stdin") == 1
    assert "/password" in capsys.readouterr().err
    assert await identity.sql("SELECT 1 FROM officer") == []


async def test_a_taken_badge_is_refused_and_changes_nothing(identity, capsys):
    assert await create(identity, *OPERATOR) == 0
    initial = initial_password(capsys.readouterr())
    assert await create(identity, *REVIEWER, "--badge", "OPERATOR-7") == 1
    shown = capsys.readouterr()
    assert "警号" in shown.err and shown.out == ""
    assert (await log_in(identity, "OPERATOR-7", initial)).status_code == 201
    assert not [event for event in await identity.running.emitted() if isinstance(event, OfficerAssigned)]


async def test_a_post_among_the_police_is_told_to_the_others(identity):
    assert await create(identity, *REVIEWER) == 0
    told = [event for event in await identity.running.emitted() if isinstance(event, OfficerAssigned)]
    assert [(event.unit, event.rank, event.active) for event in told] == [("XC-HUZHENG", 1, True)]


IMPOSSIBLE = [
    ([*OPERATOR, "--unit", "XC-HUZHENG"], "/unit"),
    ([*REVIEWER, "--unit", "XC-NOWHERE"], "/unit"),
    ([*REVIEWER, "--rank", "0"], "/rank"),
    ([*REVIEWER, "--rank", "9"], "rank"),
    ([*OPERATOR, "--badge", "警号"], "/badge_no"),
    ([*OPERATOR, "--name", "赵"], "name"),
]


@pytest.mark.parametrize(("words", "place"), IMPOSSIBLE)
async def test_impossible_officers_are_refused_with_the_place(identity, capsys, words, place):
    assert await create(identity, *words) == 1
    assert place in capsys.readouterr().err
    assert await identity.sql("SELECT 1 FROM officer") == []


@pytest.mark.parametrize(
    "words", [[], ["delete"], ["create", *OPERATOR[:4]], ["create", *OPERATOR[:-1], "citizen"]]
)
def test_words_that_are_not_understood_end_the_command(words, capsys):
    with pytest.raises(SystemExit) as ended:
        read_words(words)
    assert ended.value.code == 2 and "usage" in capsys.readouterr().err
