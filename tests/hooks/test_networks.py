"""Where webhooks may go: each address that leads to the inside, however it is written, is refused."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_service import settings
from survey_service.hooks import networks
from survey_service.hooks.networks import Inside, Network, Target
from survey_service.problems import Problem

OWN: tuple[Network, ...] = (ipaddress.ip_network("10.20.0.0/16"), ipaddress.ip_network("fd12:3456::/48"))
INSIDE = (
    *("127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
    *("100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "fe80::1", "fc00::1", "fd12:3456::1", "fec0::1", "ff02::1", "2001:db8::1"),
    *("::ffff:127.0.0.1", "::ffff:10.20.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe"),
    *("64:ff9b:1::7f00:1", "2002:7f00:1::", "2002:a14:1::", "2001:0:4136:e378:8000:63bf:80ff:fffe"),
    "2606:4700::5efe:7f00:1",
)


def test_no_address_of_the_inside_is_reached_and_public_ones_are() -> None:
    reached = [text for text in INSIDE if networks.may_reach(ipaddress.ip_address(text), ())]
    assert reached == []
    for text in ("93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"):
        assert networks.may_reach(ipaddress.ip_address(text), ())
        assert not networks.may_reach(ipaddress.ip_address(text), OWN, encrypted=False)


def test_own_networks_are_reached_by_their_addresses_only() -> None:
    allowed = [text for text in INSIDE if networks.may_reach(ipaddress.ip_address(text), OWN)]
    assert allowed == ["fd12:3456::1", "::ffff:10.20.0.1"]
    assert networks.may_reach(ipaddress.ip_address("10.20.1.2"), OWN, encrypted=False)


@given(st.integers(0, 2**32 - 1))
def test_an_address_within_one_of_ipv6_counts_like_itself(number: int) -> None:
    plain = ipaddress.IPv4Address(number)
    within = [ipaddress.IPv6Address((0xFFFF << 32) | number), ipaddress.IPv6Address((0x64FF9B << 96) | number)]
    expected = networks.may_reach(plain, ())
    assert [networks.may_reach(each, ()) for each in within] == [expected, expected]


def test_one_bad_address_of_a_name_is_enough_and_it_is_looked_up_once() -> None:
    target = Target("https", "example.org", 443, "/")
    asked: list[str] = []

    def mixed(name: str, _port: int) -> list[str]:
        asked.append(name)
        return ["93.184.216.34", "169.254.169.254"]

    with pytest.raises(Inside):
        networks.reachable(target, (), mixed)
    assert asked == ["example.org"]
    with pytest.raises(OSError, match="no address"):
        networks.reachable(target, (), lambda _name, _port: [])
    with pytest.raises(Inside):  # numbers in any writing are resolved like names
        networks.reachable(Target("https", "2130706433", 443, "/"), ())


@pytest.mark.parametrize(
    "url",
    [
        *("", "ftp://example.org/", "example.org", "https://", "https:///x", "http://example.org/", "https://a b/"),
        *("https://user:secret@example.org/", "https://example.org/#x", "https://example.org:0/", "https://e:99999/"),
        *("https://127.0.0.1/", "https://[::1]/", "https://[::ffff:10.0.0.1]/", "https://example.org/\\@x"),
        *("https://example.org/\n", "https://exa\tmple.org", "https://example.org/ä", "https://" + "a" * 500),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_at_once(url: str) -> None:
    if url.endswith("\n"):  # blanks around it are typed by accident
        assert networks.target(url, ()).url == "https://example.org/"
        return
    with pytest.raises(Problem) as caught:
        networks.target(url, ())
    assert caught.value.code == "hook.address"


def test_an_address_is_written_one_way() -> None:
    assert networks.target("https://EXAMPLE.org.:443/a?b=c", ()).url == "https://example.org/a?b=c"
    assert networks.target("https://müller.example:8443", ()).url == "https://xn--mller-kva.example:8443/"
    assert networks.target("http://10.20.0.5:8080/x", OWN).url == "http://10.20.0.5:8080/x"
    with pytest.raises(Problem):
        networks.target("http://10.21.0.5/", OWN)


def test_the_setting_takes_networks_and_not_the_whole_internet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SURVEY_HOOK_NETWORKS", "10.20.0.0/16, fd12:3456::/48 10.20.0.0/16")
    assert settings.load().hook_networks == ("10.20.0.0/16", "fd12:3456::/48")
    for wrong in ("10.20.0.1/16", "x", "0.0.0.0/0", "::/0", "8.0.0.0/4"):
        monkeypatch.setenv("SURVEY_HOOK_NETWORKS", wrong)
        with pytest.raises(Problem, match="SURVEY_HOOK_NETWORKS"):
            settings.load()
