"""The city platform's signing keys: the newest signs, older ones are published until they are forgotten."""

from secrets import token_hex

from joserfc.jwk import RSAKey

from ..books import Books
from ..clock import now_ms


class CityKeys:
    def __init__(self, books: Books) -> None:
        self._books = books

    def signer(self) -> RSAKey:
        found = self._books.row("SELECT pem FROM city_key ORDER BY seq DESC LIMIT 1")
        return self.rotate() if found is None else RSAKey.import_key(found["pem"], {"kid": self._kid()})

    def rotate(self, *, forget_old: bool = False) -> RSAKey:
        if forget_old:
            self._books.run("DELETE FROM city_key")
        key = new_key()
        self._books.run(
            "INSERT INTO city_key (kid, pem, made_at) VALUES (?, ?, ?)",
            key.kid,
            key.as_pem(private=True),
            now_ms(),
        )
        return key

    def published(self) -> dict[str, object]:
        self.signer()
        rows = self._books.rows("SELECT kid, pem FROM city_key ORDER BY seq")
        keys = [RSAKey.import_key(row["pem"], {"kid": row["kid"]}) for row in rows]
        return {"keys": [key.as_dict(private=False, use="sig", alg="RS256") for key in keys]}

    def _kid(self) -> str:
        found = self._books.row("SELECT kid FROM city_key ORDER BY seq DESC LIMIT 1")
        assert found is not None
        kid: str = found["kid"]
        return kid


def new_key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": f"city-{token_hex(6)}"}, private=True)
