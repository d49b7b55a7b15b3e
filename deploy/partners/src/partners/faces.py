"""The real-name service's face check: started by us, confirmed by the person on a page, its result asked for."""

import sqlite3
from html import escape
from secrets import token_hex
from typing import Annotated, Literal

from pydantic import BaseModel
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from .books import Books
from .clock import now_ms, wire
from .edge import Call, Document, Edge
from .errors import Refused
from .fields import NotifyUrl, Number, text
from .open_edge import OpenEdge, Visit, page

LIFE_MS = 600_000
Result = Literal["PASSED", "FAILED"]
_WORDS = {
    "PASSED": "核验通过 <small>Passed</small>",
    "FAILED": "核验未通过 <small>Not passed</small>",
    "EXPIRED": "核验已过期 <small>Expired</small>",
}


class StartCheck(BaseModel):
    out_no: Number
    name: Annotated[str, text(64)]
    id_number: Annotated[str, text(32)]
    return_url: NotifyUrl | None = None


class PutResult(BaseModel):
    result: Result


class FaceChecks:
    def __init__(self, books: Books) -> None:
        self._books = books

    def start(self, asked: StartCheck, base_url: str) -> Document:
        number = asked.id_number.upper()
        known = self._books.row("SELECT * FROM face_check WHERE out_no = ?", asked.out_no)
        if known is not None and known["id_number"] != number:
            raise Refused(409, "OUT_NO_CONFLICT", "核验单号已用于他人")
        if known is None:
            self._books.run(
                "INSERT INTO face_check (check_no, out_no, id_number, return_url, state, created_at)"
                " VALUES (?, ?, ?, ?, 'PENDING', ?)",
                f"fc_{token_hex(16)}",
                asked.out_no,
                number,
                asked.return_url,
                now_ms(),
            )
            return self.start(asked, base_url)
        return {
            "check_no": known["check_no"],
            "url": f"{base_url}/realname/faces/{known['check_no']}",
            "expires_at": wire(known["created_at"] + LIFE_MS),
        }

    def result(self, check_no: str) -> Document:
        found = self.find(check_no)
        return {"check_no": check_no, "out_no": found["out_no"], "status": _state(found)}

    def confirm(self, check_no: str, *, by_person: bool) -> None:
        """The person looked into the camera, or went away; whose number is written down otherwise does not pass."""
        found = self.find(check_no)
        rule = self._books.row("SELECT result FROM realname_rule WHERE number = ?", found["id_number"])
        passes = by_person and (rule is None or rule["result"] == "MATCH")
        if _state(found) == "PENDING":
            self.write_down(check_no, "PASSED" if passes else "FAILED")

    def write_down(self, check_no: str, result: Result) -> None:
        self.find(check_no)
        self._books.run("UPDATE face_check SET state = ? WHERE check_no = ?", result, check_no)

    def find(self, check_no: str) -> sqlite3.Row:
        found = self._books.row("SELECT * FROM face_check WHERE check_no = ?", check_no)
        if found is None:
            raise Refused(404, "CHECK_NOT_EXIST", "核验单不存在")
        return found


def routes(edge: Edge, checks: FaceChecks) -> list[Route]:
    def start(call: Call) -> Document:
        return checks.start(call.read(StartCheck), call.base_url)

    def result(call: Call) -> Document:
        return checks.result(call.path["check_no"])

    return [
        edge.route("POST", "/realname/v1/face-checks", start),
        edge.route("GET", "/realname/v1/face-checks/{check_no}", result),
    ]


def pages(edge: OpenEdge, checks: FaceChecks) -> list[Route]:
    def show(visit: Visit) -> Response:
        found = checks.find(visit.path["check_no"])
        state = _state(found)
        if state != "PENDING":
            back = f'<a href="{escape(found["return_url"])}">返回 Back</a>' if found["return_url"] else ""
            return page("人脸核验", f"<p>{_WORDS[state]}</p>{back}")
        return page(
            "人脸核验",
            '<form method="post"><p>请正对镜头，确认由本人操作。</p>'
            '<button name="answer" value="yes">我是本人，开始核验</button>'
            '<button class="plain" name="answer" value="no">不是本人</button></form>',
        )

    def answered(visit: Visit) -> Response:
        checks.confirm(visit.path["check_no"], by_person=visit.form().get("answer") == "yes")
        return RedirectResponse(visit.path["check_no"], 303)

    return [
        edge.route("GET", "/realname/faces/{check_no}", show),
        edge.route("POST", "/realname/faces/{check_no}", answered),
    ]


def _state(found: sqlite3.Row) -> str:
    expired = found["state"] == "PENDING" and found["created_at"] + LIFE_MS <= now_ms()
    state: str = "EXPIRED" if expired else found["state"]
    return state
