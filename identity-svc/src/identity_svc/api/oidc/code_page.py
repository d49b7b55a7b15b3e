"""The page that waits for a code sent by SMS."""

from chassis.problems import Problem
from fastapi import Request, Response

from ...domain.codes import TypedCode
from .browser import Here
from .forms import code_words
from .pages import pages


def code_page(
    request: Request, here: Here, phone: str, typed: TypedCode, problem: Problem | None = None
) -> Response:
    """Where the code was right and the phone has no account, the page offers to register by the same code."""
    words = {"phone": phone, "path": "/login", "typed": typed.code, **code_words(typed.ticket)}
    if problem is not None:
        return pages(request).again(here, "code", problem, **words)
    return pages(request).show(here, "code", **words)
