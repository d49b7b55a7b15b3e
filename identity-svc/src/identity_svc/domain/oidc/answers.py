"""Addresses that browsers are sent back to."""

from urllib.parse import urlencode, urlsplit, urlunsplit


def with_query(uri: str, **parameters: str | None) -> str:
    """`uri` with `parameters` behind what its query holds already; None is left out."""
    parts = urlsplit(uri)
    added = urlencode({name: value for name, value in parameters.items() if value is not None})
    query = "&".join(part for part in (parts.query, added) if part)
    return urlunsplit(parts._replace(query=query))
