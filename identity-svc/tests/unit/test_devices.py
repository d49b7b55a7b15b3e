"""What a client calls itself, in short."""

import pytest
from identity_svc.domain.devices import Client, device_of, in_english

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/138.0.0.0 Safari/537.36",
            "Chrome · Windows",
        ),
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/138.0.0.0 Safari/537.36 Edg/138.0.0.0",
            "Edge · Windows",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox · Linux"),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 "
            "Safari/605.1.15",
            "Safari · macOS",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Mobile/15E148 MicroMessenger/8.0.60(0x18003c2f) NetType/WIFI Language/zh_CN miniProgram/wx0123",
            "微信小程序 · iOS",
        ),
        (
            f"Mozilla/5.0 (Linux; Android 15; V2304A) {WEBKIT} Version/4.0 Chrome/130.0.0.0 Mobile Safari/537.36 "
            "MicroMessenger/8.0.60",
            "微信 · Android",
        ),
        (
            f"Mozilla/5.0 (Phone; OpenHarmony 5.0) {WEBKIT} Chrome/114.0.0.0 Safari/537.36 ArkWeb/4.1.6.1 Mobile "
            "HuaweiBrowser/5.1.3.301",
            "华为浏览器 · HarmonyOS",
        ),
        ("curl/8.14.1", "curl"),
        ("Mozilla/5.0 (compatible)", None),
        ("", None),
        ("<script>alert(1)</script>", None),
        ("x" * 5000, None),
    ],
)
def test_user_agent_becomes_a_short_name(user_agent: str, device: str | None):
    assert device_of(user_agent) == device


def test_names_are_shown_in_english_too():
    assert in_english("微信小程序 · iOS") == "WeChat mini-program · iOS"
    assert in_english("Chrome · Windows") == "Chrome · Windows"
    assert in_english("微信") == "WeChat"


def test_the_same_device_is_known_again_in_its_own_part_of_the_network():
    at_home = Client("203.0.113.7", "Chrome · Windows").mark
    assert Client("203.0.200.9", "Chrome · Windows").mark == at_home
    assert Client("198.51.100.7", "Chrome · Windows").mark != at_home
    assert Client("203.0.113.7", "Firefox · Windows").mark != at_home
    assert Client("2001:db8:1:2::/64", "curl").mark == Client("2001:db8:9:9::/64", "curl").mark
    assert Client("2001:db9::/64", "curl").mark != Client("2001:db8::/64", "curl").mark
    assert Client("testclient").mark == "@testclient"
