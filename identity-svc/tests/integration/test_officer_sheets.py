"""Officers created and transferred from a sheet, and the codes by which they set their password."""

import asyncio
import csv
import io
import time
import zipfile

import pytest
from chassis.testing import bearer
from contracts.identity import OfficerAssigned
from identity_svc.channels.spreadsheet import read_sheet, write_csv, write_workbook
from openpyxl import load_workbook

DEMO = "demo-password-of-the-tests"
HEAD = ["警号", "姓名", "单位代码", "级别", "角色", "在职"]


@pytest.fixture
async def identity(start_identity, tmp_path):
    return await start_identity(demo_accounts_file=tmp_path / "demo.json", demo_password=DEMO)


async def token_of(identity, badge="OPERATOR-1"):
    answer = await identity.post("/sessions", {"badge_no": badge, "password": DEMO})
    assert answer.status_code == 201, answer.text
    return answer.json()["access_token"]


async def send(identity, rows, *, badge="OPERATOR-1", content=None, accept="application/json", **params):
    token = await token_of(identity, badge)
    return await identity.client.post(
        "/api/identity/officer-sheets",
        content=write_workbook([HEAD, *rows]) if content is None else content,
        params=params,
        headers={**bearer(token), "Content-Type": "application/octet-stream", "Accept": accept},
    )


def results(answer):
    assert answer.status_code == 200, answer.text
    return {row["badge_no"]: row["result"] for row in answer.json()["rows"]}


def wrong(answer):
    return {row["row"]: [error["column"] for error in row["errors"]] for row in answer.json()["rows"]}


async def post_of(identity, badge):
    rows = await identity.sql("SELECT unit, rank, roles, active FROM officer WHERE badge_no = $1", badge)
    return tuple(rows[0]) if rows else None


NEW = ["XC-9001", "赵一鸣", "XC-HUZHENG", "1", "民警", "是"]
AUXILIARY = ["XC-9002", "钱小红", "XC-HUZHENG", "0", "辅警", ""]
MOVED = ["XC-HUZHENG-1", "", "BL-HUZHENG", "", "", ""]


async def test_a_sheet_creates_transfers_and_says_what_it_did(identity):
    one_that_leaves = ["BL-JIAOJING-1", "", "", "", "", "否"]
    same = ["XC-HUZHENG-2", "", "XC-HUZHENG", "2", "officer", "yes"]
    sheet = [NEW, AUXILIARY, MOVED, one_that_leaves, same]
    answer = await send(identity, sheet)
    assert answer.json()["applied"]
    assert results(answer) == {
        "XC-9001": "created",
        "XC-9002": "created",
        "XC-HUZHENG-1": "transferred",
        "BL-JIAOJING-1": "changed",
        "XC-HUZHENG-2": "unchanged",
    }
    assert await post_of(identity, "XC-9002") == ("XC-HUZHENG", 0, ["auxiliary"], True)
    assert await post_of(identity, "XC-HUZHENG-1") == ("BL-HUZHENG", 1, ["officer"], True)
    assert (await post_of(identity, "BL-JIAOJING-1"))[3] is False
    last = [event for event in await identity.running.emitted() if isinstance(event, OfficerAssigned)][-4:]
    assert {(event.unit, event.active) for event in last} == {
        ("XC-HUZHENG", True),
        ("BL-HUZHENG", True),
        ("BL-JIAOJING", False),
    }
    created = await identity.sql("SELECT subject FROM audit_log WHERE action = 'officer.create'")
    assert created and {row["subject"] for row in created} <= {
        str(row["id"]) for row in await identity.sql("SELECT id FROM officer")
    }
    (row,) = await identity.sql("SELECT facts FROM audit_log WHERE action = 'officer.import'")
    assert row["facts"] == {"created": 2, "transferred": 1, "changed": 1, "unchanged": 1, "refused": 0}
    again = await send(identity, sheet)
    assert set(results(again).values()) == {"unchanged"}
    assert all(row["activation_code"] is None for row in again.json()["rows"])


async def test_csv_is_read_as_excel_here_saves_it(identity):
    text = "警号,姓名,单位代码,级别,角色\r\nXC-9001,赵一鸣,xc-huzheng,1,民警、督办\r\n\r\n"
    for encoding in ("gb18030", "utf-8-sig", "utf-8"):
        answer = await send(identity, [], content=text.encode(encoding), dry_run=True)
        assert results(answer) == {"XC-9001": "created"}
    assert await post_of(identity, "XC-9001") is None


async def test_everything_wrong_is_said_by_row_and_column_and_nothing_is_done(identity):
    sheet = [
        NEW,
        ["警号", "孙", "XC-NOWHERE", "9", "长官", "也许"],
        ["XC-9003", "", "XC-HUZHENG", "1", "", ""],
        ["XC-9004", "周全", "", "1", "民警", ""],
        ["XC-9005", "吴双", "XC-HUZHENG", "1", "民警+辅警", ""],
        ["XC-HUZHENG-1", "不是此人", "BL-HUZHENG", "", "", ""],
        ["xc-9001", "郑重", "XC-HUZHENG", "1", "民警", ""],
        ["OPERATOR-1", "", "", "", "管理员 事项编辑", ""],
    ]
    answer = await send(identity, sheet)
    assert not answer.json()["applied"]
    assert wrong(answer) == {
        2: [],
        3: ["badge_no", "name", "rank", "roles", "active", "unit"],
        4: ["name", "roles"],
        5: ["unit"],
        6: ["roles"],
        7: ["name"],
        8: ["badge_no"],
        9: ["badge_no"],
    }
    assert await post_of(identity, "XC-9001") is None
    by_row = await send(identity, sheet, mode="rows")
    assert by_row.json()["applied"] and await post_of(identity, "XC-9001") is not None
    assert (await post_of(identity, "XC-HUZHENG-1"))[0] == "XC-HUZHENG"


async def test_a_supervisor_only_moves_people_inside_the_department(identity):
    sheet = [
        MOVED,
        NEW,
        ["XC-JIAOJING-1", "", "BL-JIAOJING", "", "", ""],
        ["XC-HUZHENG-2", "", "XC-JIAOJING", "", "", ""],
        ["BL-HUZHENG-1", "", "", "3", "", ""],
        ["HUZHENG-S", "", "XC-HUZHENG", "", "", ""],
    ]
    answer = await send(identity, sheet, badge="HUZHENG-S", mode="rows")
    assert list(results(answer).values()) == ["transferred", *["refused"] * 5]
    assert (await send(identity, [MOVED], badge="XC-HUZHENG-2")).status_code == 403


async def test_a_new_officer_sets_a_password_by_the_code_and_the_code_is_used_up(identity):
    answer = await send(identity, [NEW])
    code = answer.json()["rows"][0]["activation_code"]
    body = {"badge_no": "xc-9001", "activation_code": code.lower(), "new_password": "a password of my own"}
    for changed, status in (
        ({"activation_code": "7ZK2-80WE-M4TN-1XYZ"}, 403),
        ({"badge_no": "XC-9009"}, 403),
        ({"new_password": "12345678"}, 422),
        ({}, 204),
        ({}, 403),
    ):
        assert (await identity.post("/activations", body | changed)).status_code == status
    session = await identity.post("/sessions", {"badge_no": "XC-9001", "password": body["new_password"]})
    assert session.status_code == 201 and session.json()["roles"] == ["officer"]
    assert not session.json()["password_change_required"]


async def test_before_that_no_password_opens_the_account(identity):
    await send(identity, [NEW])
    for password in ("", " ", "x"):
        answer = await identity.post("/sessions", {"badge_no": "XC-9001", "password": password})
        assert answer.status_code in (401, 422)


async def test_a_lost_code_is_replaced_until_it_was_used(identity):
    answer = await send(identity, [NEW])
    first = answer.json()["rows"][0]["activation_code"]
    (row,) = await identity.sql("SELECT id FROM officer WHERE badge_no = 'XC-9001'")
    operator = await token_of(identity)
    renewed = await identity.post(f"/officers/{row['id']}/activation-code", {}, operator)
    assert renewed.status_code == 201
    body = {"badge_no": "XC-9001", "new_password": "a password of my own"}
    old = await identity.post("/activations", {**body, "activation_code": first})
    assert old.status_code == 403
    codes = [renewed.json()["activation_code"]] * 3
    answers = await asyncio.gather(
        *(identity.post("/activations", {**body, "activation_code": code}) for code in codes)
    )
    assert sorted(answer.status_code for answer in answers) == [204, 403, 403]
    late = await identity.post(f"/officers/{row['id']}/activation-code", {}, operator)
    assert (late.status_code, late.json()["type"]) == (409, "/problems/already-active")


async def test_an_old_code_opens_nothing(identity):
    answer = await send(identity, [NEW])
    await identity.sql("UPDATE officer_activation SET until = now()")
    code = answer.json()["rows"][0]["activation_code"]
    body = {"badge_no": "XC-9001", "activation_code": code, "new_password": "a password of my own"}
    assert (await identity.post("/activations", body)).status_code == 403


async def test_the_template_is_a_sheet_that_can_be_sent_back(identity):
    token = await token_of(identity)
    for kind in ("xlsx", "csv"):
        template = await identity.get("/officer-sheets/template", token, format=kind)
        assert template.status_code == 200 and f"officers.{kind}" in template.headers["content-disposition"]
        answer = await send(identity, [], content=template.content, dry_run=True)
        assert results(answer) == {"XC-0001": "created"}


async def test_the_result_comes_as_a_file_without_formulas(identity):
    answer = await send(
        identity, [NEW, ["=HYPERLINK(1)", "赵一鸣", "", "", "", ""]], accept="text/csv", mode="rows"
    )
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[1][:3] == ["2", "XC-9001", "新增"] and rows[1][3]
    assert rows[2][2] == "有误" and not any(cell.startswith("=") for row in rows for cell in row)


def test_what_is_written_is_no_formula():
    evil = [["=1+1", "+1", "-1", "@x", "\tx", "平常"]]
    assert next(csv.reader(io.StringIO(write_csv(evil).decode("utf-8-sig"))))[:4] == [
        "'=1+1",
        "'+1",
        "'-1",
        "'@x",
    ]
    sheet = load_workbook(io.BytesIO(write_workbook(evil))).worksheets[0]
    assert all(cell.data_type == "s" for cell in sheet[1])
    assert read_sheet(write_workbook([["警号"], ["平常"]])) == [["警号"], ["平常"]]


def _bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 50_000_000)
    return out.getvalue()


def _with(member: str, text: str) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(write_workbook([HEAD, NEW]))) as source,
        zipfile.ZipFile(out, "w") as target,
    ):
        for name in source.namelist():
            target.writestr(name, text if name == member else source.read(name))
    return out.getvalue()


UNREADABLE = {
    "nothing": b"",
    "no sheet": b"\x89PNG\r\n",
    "no workbook": b"PK\x03\x04 nothing",
    "a bomb": _bomb(),
    "entities": _with("xl/workbook.xml", '<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'),
    "broken": _with("xl/worksheets/sheet1.xml", "<worksheet><sheetData><row>"),
    "a nul": "警号\x00".encode(),
    "no badge numbers": "姓名,单位\n赵一鸣,XC-HUZHENG\n".encode(),
    "a column twice": "警号,badge_no\nXC-1,XC-1\n".encode(),
    "a header alone": "警号\n".encode(),
    "too many rows": ("警号\n" + "".join(f"XC-{n}\n" for n in range(2001))).encode(),
}


async def test_what_is_no_sheet_is_refused_as_such(identity, subtests):
    for name, content in UNREADABLE.items():
        with subtests.test(name):
            answer = await send(identity, [], content=content)
            assert (answer.status_code, answer.json()["type"]) == (422, "/problems/sheet-unreadable"), (
                answer.text
            )
    assert (await send(identity, [], content=b"x" * (2 * 1024 * 1024 + 1))).status_code == 413


CAUSES = {
    "警号,姓名,所属单位,级别,角色\nXC-1,赵一鸣,XC-HUZHENG,1,民警\n": ("所属单位", "单位代码"),
    "警号,姓名\n": ("只有表头",),
    "姓名\n赵一鸣\n": ("缺少“警号”列",),
    "警号,警号\nXC-1,XC-1\n": ("重复",),
    "警号\n" + "".join(f"XC-{n}\n" for n in range(2001)): ("超过 2000 行",),
}


async def test_a_sheet_that_cannot_be_read_says_why(identity):
    for content, words in CAUSES.items():
        answer = (await send(identity, [], content=content.encode())).json()
        assert answer["type"] == "/problems/sheet-unreadable"
        assert all(word in answer["detail"] for word in words), answer["detail"]


async def test_two_thousand_rows_are_taken_at_once(identity):
    sheet = [[f"XC-8{n:04d}", "赵一鸣", "XC-HUZHENG", "1", "民警", ""] for n in range(2000)]
    began = time.perf_counter()
    answer = await send(identity, sheet)
    print(f"2000 created in {time.perf_counter() - began:.1f} s")
    assert set(results(answer).values()) == {"created"}
    moved = [[row[0], "", "BL-HUZHENG", "", "", ""] for row in sheet]
    began = time.perf_counter()
    answer = await send(identity, moved)
    print(f"2000 transferred in {time.perf_counter() - began:.1f} s")
    assert set(results(answer).values()) == {"transferred"}
    (row,) = await identity.sql("SELECT count(*) AS there FROM officer WHERE unit = 'BL-HUZHENG'")
    assert row["there"] == 2002
