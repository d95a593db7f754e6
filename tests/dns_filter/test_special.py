"""Names that are answered the same for everyone."""

import pytest

from dns_filter.special import Special, special


@pytest.mark.parametrize(
    ("host", "answer"),
    [
        ("use-application-dns.net", Special.NO_SUCH_NAME),
        ("mask.icloud.com", Special.NO_SUCH_NAME),
        ("mask-h2.icloud.com", Special.NO_SUCH_NAME),
        ("a.mask.icloud.com", Special.NO_SUCH_NAME),
        ("_dns.resolver.arpa", Special.NO_SUCH_NAME),
        ("resolver.arpa", Special.NO_SUCH_NAME),
        ("somewhere.onion", Special.NO_SUCH_NAME),
        ("localhost", Special.LOOPBACK),
        ("app.localhost", Special.LOOPBACK),
        ("1.0.168.192.in-addr.arpa", Special.NO_SUCH_NAME),
        ("1.0.31.172.in-addr.arpa", Special.NO_SUCH_NAME),
        ("1." + "0." * 31 + "ip6.arpa", Special.NO_SUCH_NAME),
        ("1." + "0." * 30 + "1.ip6.arpa", None),
        ("0." * 31 + "d.f.ip6.arpa", Special.NO_SUCH_NAME),
        ("1.0.32.172.in-addr.arpa", None),
        ("8.8.8.8.in-addr.arpa", None),
        ("www.icloud.com", None),
        ("notmask.icloud.com", None),
        ("example.com", None),
        ("localhost.example.com", None),
        ("", None),
    ],
)
def test_special_names_reach_to_all_below_them_and_no_further(
    host: str, answer: Special | None
) -> None:
    assert special(host) is answer
