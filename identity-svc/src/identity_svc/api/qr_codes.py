"""QR codes, as SVG that stands in a page or in an image alike."""

from io import BytesIO
from typing import Any

import segno


def qr_svg(text: str, **look: Any) -> str:
    """`look`: what segno takes, such as `scale`, `border`, `dark`, `title`."""
    made = BytesIO()
    segno.make(text, error="m").save(made, kind="svg", xmldecl=False, svgns=True, nl=False, **look)
    return made.getvalue().decode()
