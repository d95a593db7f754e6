"""What every directory is: each of ours can stand where one is asked for."""

from safeguard.directories.google import Google
from safeguard.directories.ldap import LdapDirectory
from safeguard.directories.microsoft import Microsoft
from safeguard.directories.port import Directory, Reading


def test_each_of_ours_is_one() -> None:
    for one in (Google, LdapDirectory, Microsoft):
        assert Directory in one.__mro__


def test_a_reading_is_whole_unless_it_says_otherwise() -> None:
    assert Reading(()).whole
    assert Reading(()).gone == frozenset()
