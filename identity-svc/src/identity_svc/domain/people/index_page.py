"""The page one opens first in an export: what is there, in words, in Chinese and English."""

from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import Any, Final
from urllib.parse import quote

from contracts import platform

from .export import PARTS, Export, PartState
from .field_names import FIELDS

_STYLE: Final = (
    "body{font:16px/1.6 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}"
    "table{border-collapse:collapse;width:100%;margin:.5rem 0 1rem}td,th{border:1px solid #ccc;padding:.3rem .6rem;"
    "text-align:left;vertical-align:top;overflow-wrap:anywhere}th{background:#f4f6f8;width:14rem}small{font-weight:400;color:#555}"
    ".missing{background:#fff3cd;padding:.6rem 1rem}h3{margin-bottom:0}"
    "@media(max-width:40rem){tr,th,td{display:block;width:auto}th{border-bottom:0}"
    "th br{display:none}th small{margin-left:.5em}td{border-top:0}td table{margin:0}td td,td th{padding:.2rem .4rem}}"
)


def front_page(export: Export, entries: Sequence[str], made_at: datetime) -> str:
    """`entries`: the paths of all that is in the export."""
    sections = "".join(_part(export, name, entries) for name in PARTS)
    return _page(
        "我的个人数据 · My personal data",
        f"<p>{escape(platform.NAME)}保存的与您有关的全部数据。JSON 文件供程序读取，同名 HTML 页供阅读。<br>"
        f"All that {escape(platform.NAME_EN)} keeps of you: JSON for programs, the page beside it to read.</p>"
        f"<p>生成时间 made at {made_at:%Y-%m-%d %H:%M} UTC</p>{sections}",
    )


def records_page(title: str, title_en: str, records: Sequence[dict[str, Any]]) -> str:
    return _page(
        f"{title} · {title_en}", "".join(f"<h3>{n}</h3>{_value(one)}" for n, one in enumerate(records, 1))
    )


def _part(export: Export, name: str, entries: Sequence[str]) -> str:
    part, (zh, en) = export.parts[name], PARTS[name]
    heading = f"<h2>{zh} · {en}</h2>"
    if part.state is PartState.UNAVAILABLE:
        return (
            f'{heading}<p class="missing">这一部分当时没有应答，不在本次导出之内，请稍后重新申请。<br>'
            "This part did not answer and is missing here: ask for another export later.</p>"
        )
    mine = [path for path in entries if path.startswith(f"{name}/")]
    mine.sort(key=lambda path: path.endswith(".json"))  # what is for programs comes last
    links = "".join(f'<li><a href="{quote(path)}">{escape(path)}</a></li>' for path in mine)
    return f"{heading}<p>{part.records} 条记录 records, {part.files} 个文件 files</p><ul>{links}</ul>"


def _value(value: Any) -> str:
    if isinstance(value, dict):
        rows = "".join(
            f"<tr><th>{_field(str(name))}</th><td>{_value(one)}</td></tr>" for name, one in value.items()
        )
        return f"<table>{rows}</table>"
    if isinstance(value, list):
        return "".join(f"<div>{_value(one)}</div>" for one in value) or "-"
    return "-" if value is None else escape(str(value))


def _field(name: str) -> str:
    chinese = FIELDS.get(name)
    return f"{chinese}<br><small>{escape(name)}</small>" if chinese else escape(name)


def _page(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width"><title>{title}</title><style>{_STYLE}</style></head>'
        f"<body><h1>{title}</h1>{body}</body></html>"
    )
