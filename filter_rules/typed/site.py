"""The nouns of the table: a site, and where the words stand that are typed into it."""

from dataclasses import dataclass

from filter_rules.types import Kind


@dataclass(frozen=True, slots=True)
class At:
    """Some paths of a site, and the names under which the words stand there.

    A path covers what lies below it; `*` is any one segment; `{words}` is where the words stand
    in the path itself. A name is that of a field of the query or of a form; `name.key[0]` leads
    into JSON that the field holds: see leaves.py.
    """

    paths: tuple[str, ...]
    names: tuple[str, ...] = ("q",)
    kind: Kind | None = None  # None: the site's own


@dataclass(frozen=True, slots=True)
class Sent:
    """Some paths of a site, and the leaves at which words stand in what is sent there.

    Without leaves nothing is typed there: what is sent is a program's own.
    """

    paths: tuple[str, ...]
    leaves: tuple[str, ...]
    kind: Kind = Kind.CHAT


@dataclass(frozen=True, slots=True)
class Site:
    """A site and all below it. `google.*` is that name in every country.

    `half`: where words are sent while they are being typed. `shown`: the leaves at which words
    stand that the site sends back. `engine`: people go there to search the whole web, or to ask
    a machine that does. `kind`: what words in its addresses are.
    """

    domains: tuple[str, ...]
    searches: tuple[At, ...] = ()
    sent: tuple[Sent, ...] = ()
    half: tuple[At, ...] = ()
    shown: tuple[str, ...] = ()
    engine: bool = False
    kind: Kind = Kind.SEARCH

    @property
    def name(self) -> str:
        return self.domains[0]


def site(*domains: str, paths: tuple[str, ...], names: tuple[str, ...] = ("q",)) -> Site:
    return Site(domains, (At(paths, names),))


def engine(*domains: str, paths: tuple[str, ...], names: tuple[str, ...] = ("q",)) -> Site:
    return Site(domains, (At(paths, names),), engine=True)
