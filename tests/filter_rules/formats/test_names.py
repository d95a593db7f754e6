"""Plain domains, wildcards and hosts files; their oddities are in tests/golden."""

from filter_rules.formats.names import domains, hosts, hosts_line, wildcards
from filter_rules.types import Entry, Part, Reach


def test_a_plain_domain_reaches_below_and_a_hosts_line_does_not() -> None:
    assert list(domains("x")("example.com")) == [Entry(Part.HOST, "example.com", Reach.SUBTREE)]
    assert list(hosts("x")("0.0.0.0 example.com")) == [Entry(Part.HOST, "example.com", Reach.EXACT)]


def test_a_hosts_line_may_name_many_and_each_counts() -> None:
    assert len(list(hosts_line("0.0.0.0 a.example b.example c.example"))) == 3


def test_names_of_the_machine_itself_are_passed_over() -> None:
    assert not list(hosts_line("127.0.0.1 localhost ip6-loopback LOCALHOST.localdomain"))


def test_a_wildcard_covers_the_name_itself() -> None:
    assert list(wildcards("x")("*.example.com")) == [Entry(Part.HOST, "example.com")]
