"""The names of the formats are a contract of the command line."""

from filter_rules.formats.format import Format


def test_the_formats_are_those_of_the_command_line() -> None:
    assert [str(fmt) for fmt in Format] == [
        "domains", "hosts", "wildcard", "adblock", "dnsmasq", "unbound", "rpz", "ut1",
        "e2guardian", "urls", "networks", "csv", "auto",
    ]  # fmt: skip
