"""Papers as PDF/A-2a and PDF/UA-1 by typst: archivable, readable aloud, every glyph embedded, the same bytes each time.

Only services that print need `typst`, `segno` and `pylopdf-fonts-zh-cn`, and name them among their own dependencies;
nothing is loaded before the first paper. Fonts are Noto Serif and Sans SC (OFL) from their wheel, and whatever is
added: together they draw the 20 992 ideographs of the basic block, extension A and the 8 105 standard characters
(通用规范汉字表). For the rarest names a folder with a font such as BabelStone Han or Hanazono can be added; its
families are asked after Noto's, glyph by glyph.
"""

import io
import json
import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import structlog

from .problems import ServiceUnavailable

log = structlog.get_logger(__name__)

_STANDARDS: Final[list[Any]] = ["a-2a", "ua-1"]  # both forbid text without a glyph, so that typst refuses it
_NOT_DRAWN: Final = re.compile(r'the text `"(.+?)"` could not be displayed')


class GlyphMissing(ServiceUnavailable):
    """No configured font draws a character: a blank box on a paper would be worse than none."""

    slug = "glyph-missing"
    title = ("暂时无法排版", "Cannot be typeset yet")

    def __init__(self) -> None:
        super().__init__(
            "文件中含有系统字库尚未收录的生僻字，我们已记录并将尽快补充；文件所载的结果本身有效，可在核验页查验。",
            "The paper has a rare character that our fonts lack; it is recorded and will be added. "
            "What it says is valid all the same and can be verified.",
            retry_after=3600,
        )


def print_pdf(
    template: bytes,
    data: Mapping[str, Any],
    *,
    dated: datetime,
    log_as: str,
    more_fonts: Path | None = None,
    **images: str,
) -> bytes:
    """`template` set with `data`, which it finds as `json(bytes(sys.inputs.data))`, and with SVG `images` by name.

    Texts in `data` are never code. `more_fonts` among them are the families to ask after Noto's. `log_as`: whose paper
    a missing glyph is reported for. Takes some 15 ms of CPU: not for the event loop. Raises GlyphMissing.
    """
    import typst

    fonts, families = _load_fonts(more_fonts)
    inputs = json.dumps({**data, "more_fonts": families}, ensure_ascii=False)
    try:
        return typst.compile(
            template,
            format="pdf",
            font_paths=fonts,
            ignore_system_fonts=True,
            pdf_standards=_STANDARDS,
            timestamp=int(dated.timestamp()),
            sys_inputs={"data": inputs, **images},
        )
    except typst.TypstError as error:
        undrawn = _NOT_DRAWN.search(str(error))
        if undrawn is None:
            raise
        characters = [f"U+{ord(character):04X}" for character in undrawn[1]]
        log.error("glyph_missing", paper=log_as, characters=characters)
        raise GlyphMissing() from error


def qr_code(url: str) -> str:
    """SVG, with room around it."""
    import segno

    out = io.BytesIO()
    segno.make(url, error="m", micro=False).save(out, kind="svg", border=2, xmldecl=False, dark="#1c2b39")
    return out.getvalue().decode()


@lru_cache(maxsize=4)
def _load_fonts(more: Path | None) -> tuple[Any, tuple[str, ...]]:
    """Typst's font set, and the families found in the folder `more`."""
    import pylopdf_fonts_zh_cn
    import typst

    noto = pylopdf_fonts_zh_cn.serif_path().parent
    own = _families(typst, [str(noto)])
    if more is None:
        return own, ()
    both = _families(typst, [str(noto), str(more)])
    return both, tuple(sorted(set(both.families()) - set(own.families())))


def _families(typst: Any, folders: list[str]) -> Any:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
