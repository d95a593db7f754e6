"""Search engines and YouTube, asked for harmless results by the name that they are reached under.

An engine that has a strict twin is answered with the twin's name and its addresses, as the modes
of the group say. It works on devices that do not trust our certificate. The twin is resolved
like any other name: without it there is no answer, and never the engine's own.
"""

import re

from dnslib import CNAME, QTYPE, RR, DNSError, DNSHeader, DNSQuestion, DNSRecord

from dns_filter.received import Answer, read_answer
from dns_filter.wire import TWO, MalformedError, Question, Type, put_together
from safeguard.core.modes import Modes, SafeSearch, YouTube

ALIAS_TTL = 300
# What leads a browser somewhere: addresses, and the records that carry hints of them.
LEADING = frozenset({Type.A, Type.AAAA, Type.CNAME, Type.SVCB, Type.HTTPS})
GOOGLE = re.compile(r"(?:www\.)?google\.(?:com|cat|[a-z]{2}|com?\.[a-z]{2})")
YANDEX = re.compile(r"(?:www\.)?(?:yandex\.(?:com|[a-z]{2}|com?\.[a-z]{2})|ya\.ru)")
ENGINES: dict[str, str] = {
    "bing.com": "strict.bing.com",
    "www.bing.com": "strict.bing.com",
    "duckduckgo.com": "safe.duckduckgo.com",
    "www.duckduckgo.com": "safe.duckduckgo.com",
    "start.duckduckgo.com": "safe.duckduckgo.com",
    "search.brave.com": "forcesafe.search.brave.com",
    "www.ecosia.org": "strict-safe-search.ecosia.org",
    "pixabay.com": "safesearch.pixabay.com",
}
YOUTUBE_HOSTS = frozenset(
    {
        "www.youtube.com",
        "m.youtube.com",
        "youtubei.googleapis.com",
        "youtube.googleapis.com",
        "www.youtube-nocookie.com",
    }
)
YOUTUBES: dict[YouTube, str] = {
    YouTube.STRICT: "restrict.youtube.com",
    YouTube.MODERATE: "restrictmoderate.youtube.com",
}


def safely(question: Question, modes: Modes) -> Question:
    """Return the question for the twin of what is asked for; the same one where there is none."""
    if question.qtype not in LEADING:
        return question
    twin = twin_of(question.host, modes)
    if not twin:
        return question
    labels = (label.encode("ascii") for label in twin.split("."))
    name = b"".join(bytes((len(label),)) + label for label in labels) + b"\0"
    raw = name + TWO.pack(question.qtype, question.qclass)
    return question._replace(raw=raw, name=name, host=twin)


def twin_of(host: str, modes: Modes) -> str:
    """Return the harmless twin's name; empty where there is none, or the group needs none.

    Where safe search is asked for and may be switched off there is none: a twin cannot be left.
    """
    if host in YOUTUBE_HOSTS:
        return YOUTUBES.get(modes.youtube, "")
    if modes.safe_search is not SafeSearch.STRICT:
        return ""
    if (twin := ENGINES.get(host)) is not None:
        return twin
    if "google." in host and GOOGLE.fullmatch(host):
        return "forcesafesearch.google.com"
    return "familysearch.yandex.ru" if "ya" in host and YANDEX.fullmatch(host) else ""


def led_on(question: Question, asked: Question, answer: Answer, now: float) -> Answer:
    """Return the twin's answer as an answer to what was asked: an alias, and all it leads to."""
    whole = put_together(asked, answer.rcode, answer.counts, answer.body_at(now))
    try:
        found = DNSRecord.parse(whole)
        header = DNSHeader(id=0, qr=1, ra=1, rcode=answer.rcode)
        reply = DNSRecord(header, q=DNSQuestion(question.host, question.qtype))
        alias = RR(question.host, QTYPE.CNAME, ttl=ALIAS_TTL, rdata=CNAME(asked.host))
        reply.add_answer(alias, *found.rr)
        reply.add_auth(*found.auth)
        reply.add_ar(*found.ar)
        message = bytes(reply.pack())
    except (DNSError, ValueError, IndexError) as error:
        raise MalformedError from error
    led = read_answer(message, now)
    led.lifetime = min(led.lifetime, answer.lifetime)
    led.note = answer.note
    return led
