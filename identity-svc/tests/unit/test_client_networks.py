"""Whom the platform calls on an administrator's word: the Internet, and what was configured besides."""

import httpx2
import pytest
from identity_svc.channels.oidc_log_out import HttpLogOut
from identity_svc.channels.outward import OutwardTransport, by_dns
from identity_svc.domain.oidc.networks import ClientNetworks

INSIDE = [
    "127.0.0.1", "127.8.8.8", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
    "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:10.0.0.1",
    "::ffff:169.254.169.254", "64:ff9b::a00:1", "2002:7f00:1::", "no address", "",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_no_neighbour_is_called(address):
    assert not ClientNetworks("").may_call(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "223.5.5.5", "2400:3200::1", "::ffff:8.8.8.8"])
def test_the_internet_is_called(address):
    assert ClientNetworks("").may_call(address)


def test_configured_networks_are_called_and_no_others():
    networks = ClientNetworks("10.20.0.0/16, fd00:1::/32")
    assert networks.may_call("10.20.3.4") and networks.may_call("::ffff:10.20.3.4")
    assert networks.may_call("fd00:1::5") and not networks.may_call("10.21.0.1")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "localhost.", "a.localhost", "127.0.0.1", "::1"])
def test_this_machine_is_refused_at_registration(host):
    assert ClientNetworks("").refuses(host) and not ClientNetworks("127.0.0.0/8,::1/128").refuses(host)


def test_names_are_looked_up_when_they_are_called():
    assert not ClientNetworks("").refuses("booking.example.gov.cn")


def calling(resolved, networks=""):
    """What goes out to whom, when names mean `resolved`, one answer after the other."""
    went, answers = [], iter(resolved)

    def answered(request):
        went.append(request)
        return httpx2.Response(200)

    async def resolve(host, port):
        return next(answers)

    transport = OutwardTransport(ClientNetworks(networks), httpx2.MockTransport(answered), resolve)
    return HttpLogOut(httpx2.AsyncClient(transport=transport)), went


async def test_the_very_address_that_was_looked_at_is_called():
    sender, went = calling([["8.8.8.8"]])
    await sender.send("https://booking.test:8443/bcl?x=1", "token")
    (request,) = went
    assert (request.url.host, request.url.port, request.url.raw_path) == ("8.8.8.8", 8443, b"/bcl?x=1")
    assert request.headers["host"] == "booking.test:8443"
    assert request.extensions["sni_hostname"] == "booking.test"


async def test_a_name_that_means_something_else_the_second_time_reaches_nobody():
    sender, went = calling([["8.8.8.8"], ["169.254.169.254"]])
    await sender.send("https://booking.test/bcl", "token")
    with pytest.raises(httpx2.ConnectError, match="may not be called"):
        await sender.send("https://booking.test/bcl", "token")
    assert [request.url.host for request in went] == ["8.8.8.8"]


async def test_of_several_addresses_one_that_may_be_called_is():
    sender, went = calling([["10.0.0.1", "8.8.8.8"]])
    await sender.send("https://booking.test/bcl", "token")
    assert [request.url.host for request in went] == ["8.8.8.8"]


@pytest.mark.parametrize(
    "uri", ["https://2130706433/", "https://127.1/", "https://0x7f000001/", "https://[::1]/"]
)
async def test_this_machine_is_not_called_by_any_spelling(uri):
    went = []
    inner = httpx2.MockTransport(lambda request: went.append(request))
    transport = OutwardTransport(ClientNetworks(""), inner, by_dns)
    with pytest.raises(httpx2.ConnectError):
        await HttpLogOut(httpx2.AsyncClient(transport=transport)).send(uri, "token")
    assert not went
