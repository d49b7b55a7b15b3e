"""What a provider says is proven, or it is nothing."""


class NotAuthentic(Exception):
    """`cause` is one of a few words: it is a metric's label."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause
