"""The fonts certificates are set in: Noto Serif and Sans SC (OFL) from their wheel, and whatever is added.

Together they draw the 20 992 ideographs of the basic block, extension A and the 8 105 standard characters
(通用规范汉字表). For the rarest names a folder with a font such as BabelStone Han or Hanazono can be added;
its families are asked after Noto's, glyph by glyph.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any


@lru_cache(maxsize=4)
def load_fonts(more: Path | None) -> tuple[Any, tuple[str, ...]]:
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
