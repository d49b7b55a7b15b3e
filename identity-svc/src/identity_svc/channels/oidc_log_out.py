"""Telling a client of a log-out."""

import httpx2


class HttpLogOut:
    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client

    async def send(self, uri: str, logout_token: str) -> None:
        """Raises httpx2 errors; a redirection is one, since nobody follows it with a token."""
        answer = await self._client.post(uri, data={"logout_token": logout_token}, follow_redirects=False)
        if answer.status_code not in (200, 204):
            raise ConnectionError(f"the client answered {answer.status_code} to a log-out")
