"""Names that are no site but all that anyone registers below them: `com`, `co.uk`, `ac.uk`.

In a list that writes sites as plain names, such a line is nearly always an accident, and blocks
or lifts a country's universities at once. The table is the public suffix list's part for
registries; names that companies let (`github.io`) are sites that a list may well mean.
"""

from functools import cache

from publicsuffixlist import PublicSuffixList


class _Suffixes(PublicSuffixList):
    """The table, with a short way out for the many names below a top that has no suffixes."""

    def __init__(self) -> None:
        super().__init__(accept_unknown=False, only_icann=True)
        self._tops = {rule.rpartition(".")[2] for rule in self._publicsuffix if "." in rule}

    def holds(self, host: str) -> bool:
        above, _, top = host.rpartition(".")
        return (not above or top in self._tops) and bool(self.is_public(host))


def is_public_suffix(host: str) -> bool:
    """Whether a host in its one spelling is a whole suffix under which anyone registers names."""
    return _table().holds(host)


@cache
def _table() -> _Suffixes:
    """Read the library's table once: 40 ms, and only where lists are read."""
    return _Suffixes()
