"""The report of an erasure as a page to keep: what was erased, what is kept, why and until when."""

from base64 import b64encode
from hashlib import sha256
from html import escape
from typing import Final

from chassis.clock import shown
from chassis.people import Outcome

from .erasure import Erasure, ErasureState, in_order
from .errors import ErasureNotFound
from .export import PARTS

STATES = {
    ErasureState.WAITING: ("等待期内，可以取消", "waiting, can be cancelled"),
    ErasureState.CLOSING: ("已停用，即将删除", "closed, about to be erased"),
    ErasureState.ERASING: ("正在删除", "being erased"),
    ErasureState.DONE: ("已完成", "done"),
    ErasureState.CANCELLED: ("已取消", "cancelled"),
    ErasureState.STOPPED: ("已中止：有未办结的事项", "stopped: something is still open"),
}
_AHEAD = frozenset({ErasureState.WAITING, ErasureState.CLOSING})
_COLUMNS: Final = ("内容 · What", "结果 · Outcome", "原因 · Why", "至 · Until")
"""On a phone each cell bears its column's name, one below the other."""
_STYLE = """body{font:16px/1.6 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}th,td{border:1px solid #bbb;padding:.4rem .6rem;text-align:left}
td:last-child{white-space:nowrap}
@media(max-width:40rem){tr{display:block;border:1px solid #bbb;margin:.6rem 0}tr:first-child{display:none}
td{display:block;border:0;padding:.2rem .6rem}td:empty{display:none}
td:before{content:attr(data-of);color:#555;font-size:.85em;display:block}}"""
PAGE_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Robots-Tag": "noindex, nofollow",
}
"""The page stands behind a receipt: it is kept nowhere on the way, and only its own style is let in."""

_OTHERS: Final = (
    "<p>快递、短信、支付机构和您同意过的部门系统，各自依法保管收到的数据，不在本报告之内。<br>"
    "Couriers, the SMS operator, payment providers and departments' systems you consented to keep what they received "
    "by laws of their own; this report does not cover them.</p>"
)


def report_page(erasure: Erasure) -> str:
    zh, en = STATES[erasure.state]
    note = ""
    if erasure.state in _AHEAD:
        note = "<p>以下为申请时的预计结果。<br>What would become of your data, as of the request.</p>"
    parts = "".join(
        f"<h2>{escape(PARTS[name][0])} · {escape(PARTS[name][1])}</h2>{_table(lines)}"
        for name, lines in in_order(erasure.report)
    )
    return _page(f"<p>{zh} · {en}</p>{_days(erasure)}{note}{parts}{_OTHERS}")


def missing_page(problem: ErasureNotFound) -> str:
    """For people, whose link is older than the report or was not copied whole."""
    return _page(f"<p>{escape(problem.zh)}</p><p>{escape(problem.en)}</p>")


def _page(body: str) -> str:
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width"><title>账号注销报告 · Erasure report</title><style>{_STYLE}</style></head>'
        f"<body><h1>账号注销报告 · Erasure report</h1>{body}</body></html>"
    )


def _days(erasure: Erasure) -> str:
    days = [f"申请 · asked for: {shown(erasure.requested_at)}"]
    if erasure.state in _AHEAD:
        days.append(f"将于 · due: {shown(erasure.due_at)}")
    if erasure.ended_at:
        days.append(f"结束 · ended: {shown(erasure.ended_at)}")
    return f"<p>{'<br>'.join(days)}</p>"


def _table(lines: list[Outcome]) -> str:
    if not lines:
        return "<p>没有您的数据 · Nothing of you</p>"
    head = f"<tr>{''.join(f'<th>{name}</th>' for name in _COLUMNS)}</tr>"
    return f"<table>{head}{''.join(map(_row, lines))}</table>"


def _row(line: Outcome) -> str:
    outcome = "保留 · kept" if line.outcome == "kept" else "删除 · erased"
    why = f"{escape(line.why or '')}<br>{escape(line.why_en or '')}" if line.why else ""
    count = "" if line.count is None else f" ({line.count})"
    until = line.until.isoformat() if line.until else ""
    cells = (f"{escape(line.what)}<br>{escape(line.what_en)}{count}", outcome, why, until)
    named = (f'<td data-of="{name}">{cell}</td>' for name, cell in zip(_COLUMNS, cells, strict=True))
    return f"<tr>{''.join(named)}</tr>"
