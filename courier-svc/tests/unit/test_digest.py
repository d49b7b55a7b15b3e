"""SF's digest over text encoded as Java does it; the expected values were printed by Java 17."""

from courier_svc.channels.sf.digest import java_urlencode, msg_digest

PRINTABLE = "".join(map(chr, range(32, 127)))


def test_every_printable_character_is_encoded_as_java_does() -> None:
    assert java_urlencode(PRINTABLE) == (
        "+%21%22%23%24%25%26%27%28%29*%2B%2C-.%2F0123456789%3A%3B%3C%3D%3E%3F%40ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        "%5B%5C%5D%5E_%60abcdefghijklmnopqrstuvwxyz%7B%7C%7D%7E"
    )


def test_chinese_is_encoded_byte_by_byte() -> None:
    assert java_urlencode("中文%") == "%E4%B8%AD%E6%96%87%25"


def test_the_digest_is_the_one_java_computes() -> None:
    digest = msg_digest('{"a":"a b*c~d.e-f_g+h/中文%"}', "1795343400000", "0123456789abcdef")
    assert digest == "bLEKnAydHt81IIqlk6iNFQ=="
