"""Any list, in any format, as entries and problems. A bad line never stops a list."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice

from filter_rules.formats.adblock import adblock
from filter_rules.formats.columns import table
from filter_rules.formats.detecting import detect, refusal
from filter_rules.formats.e2guardian import e2guardian
from filter_rules.formats.format import Format
from filter_rules.formats.lines import LONGEST, Reader, tidy
from filter_rules.formats.names import domains, hosts, wildcards
from filter_rules.formats.networks import networks
from filter_rules.formats.patterns import whole_words
from filter_rules.formats.resolvers import dnsmasq, unbound
from filter_rules.formats.rpz import rpz
from filter_rules.formats.sites import urls, ut1
from filter_rules.types import Entry, Part, Problem

_SAMPLE = 1000
# An index finds the rest by a word. These are tried on every address: 10,000 take 80 MB to compile.
MOST_TRIED_ALWAYS = 2000
_TOO_MANY = (
    f"a list may hold {MOST_TRIED_ALWAYS:,} expressions and patterns without a whole word, for each "
    "is tried on every address: this one is left out"
)

# Each makes a reader for one file: its name can tell what is in it.
_READERS: Mapping[Format, Callable[[str], Reader]] = {
    Format.DOMAINS: domains,
    Format.HOSTS: hosts,
    Format.WILDCARD: wildcards,
    Format.ADBLOCK: adblock,
    Format.DNSMASQ: dnsmasq,
    Format.UNBOUND: unbound,
    Format.RPZ: rpz,
    Format.UT1: ut1,
    Format.URLS: urls,
    Format.NETWORKS: networks,
    Format.CSV: table,
}


def parse(fmt: Format, lines: Iterable[str], file: str) -> Iterator[Entry | Problem]:
    """Read a list line by line. `file` is named in the problems."""
    rest = iter(lines)
    sample = list(islice(rest, _SAMPLE))
    if refused := refusal(sample):
        yield Problem(file, 1, refused)
        return
    read = _reader(detect(sample, file)[0] if fmt is Format.AUTO else fmt, file, sample)
    tried_always = 0
    for number, line in enumerate(chain(sample, rest), start=1):
        if len(line) > LONGEST:
            yield Problem(file, number, f"the line is longer than {LONGEST} characters")
            continue
        for said in read(tidy(line)):
            if isinstance(said, Entry) and _is_tried_always(said):
                tried_always += 1
                kept = said if tried_always <= MOST_TRIED_ALWAYS else _TOO_MANY
            else:
                kept = said
            yield Problem(file, number, kept) if isinstance(kept, str) else kept


def _reader(fmt: Format, file: str, sample: Sequence[str]) -> Reader:
    return e2guardian(file, sample) if fmt is Format.E2GUARDIAN else _READERS[fmt](file)


def _is_tried_always(entry: Entry) -> bool:
    match entry.part:
        case Part.EXPRESSION:
            return True
        case Part.PATTERN:
            return not whole_words(entry.value)
        case _:
            return False
