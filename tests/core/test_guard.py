"""Which network addresses we talk to (TRD-1, SAF-1)."""

import ipaddress

import pytest

from chimera.core import guard


@pytest.mark.spec("TRD-1")
@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.9.10",
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.5",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "100.64.0.1",
        "100.127.255.254",
        "100.100.100.200",
        "169.254.169.254",
        "169.254.1.1",
        "168.63.129.16",
        "192.0.0.192",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b::a00:1",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "2001:db8::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1%1",
        "fec0::1",
        "ff02::1",
    ],
)
def test_an_address_that_is_not_public_is_not_permitted(address: str) -> None:
    assert not guard.permitted(address=ipaddress.ip_address(address), private_allowed=False)


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:4700::1", "64:ff9b::808:808", "::ffff:8.8.8.8"])
def test_a_public_address_is_permitted(address: str) -> None:
    assert guard.permitted(address=ipaddress.ip_address(address), private_allowed=False)


@pytest.mark.parametrize("address", ["169.254.169.254", "fd00:ec2::254", "100.100.100.200", "224.0.0.1", "fe80::1"])
def test_allowing_private_networks_does_not_open_the_metadata_services(address: str) -> None:
    assert not guard.permitted(address=ipaddress.ip_address(address), private_allowed=True)
    assert guard.permitted(address=ipaddress.ip_address("10.0.0.1"), private_allowed=True)


@pytest.mark.spec("TRD-1")
def test_loopback_may_be_opened_without_the_private_networks() -> None:
    def opened(text: str) -> bool:
        return guard.permitted(address=ipaddress.ip_address(text), private_allowed=False, loopback_allowed=True)

    assert [text for text in ("127.0.0.1", "::1", "::ffff:127.0.0.1") if not opened(text)] == []
    assert [text for text in ("10.0.0.5", "192.168.1.1", "169.254.169.254", "fd00::1") if opened(text)] == []
