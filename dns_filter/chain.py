"""From query to answer: the steps in their order, each with the reason for its place.

An error in any step is answered SERVFAIL and counted: what could not be judged does not pass.
"""

from collections.abc import Callable
from typing import NamedTuple

from dns_filter import answers
from dns_filter.answers import Ede
from dns_filter.desk import Client, Desk, Judgements, Ready
from dns_filter.received import Answer
from dns_filter.safe_search import led_on, safely
from dns_filter.special import Special, special
from dns_filter.wire import IN, Question, Rcode, Type, read_question, refusal
from filter_rules.types import Hit
from safeguard.core.types import Action, Channel, Reason, Target, Verdict

NEVER_SERVED = frozenset(
    {Type.OPT, Type.TKEY, Type.TSIG, Type.IXFR, Type.AXFR, Type.MAILB, Type.MAILA}
)
# What blocks a name that is asked for, and not one that an allowed name is an alias of. Public
# lists of these hold the names of whole delivery networks (apple-dns.net, yahoodns.net), which no
# one asks for and half the web is an alias of.
BLOCKED_BY_NAME_ALONE = frozenset({"encrypted-dns", "filter-bypass"})
LONGEST_REPLY = 65_535
OWN_LIST = "school"


class Query(NamedTuple):
    """One question of one client, and how long the reply may be.

    `asked`: what upstream is asked in its place, where that is another name: see safe_search.
    """

    packet: bytes
    question: Question
    client: Client
    size: int
    over_udp: bool
    asked: Question


type Step = Callable[[Desk, Query], bytes | None]


def refuse_unserved(_desk: Desk, query: Query) -> bytes | None:
    question = query.question
    if question.qclass != IN or question.qtype in NEVER_SERVED:
        return answers.refused(question)
    return answers.any_type(question) if question.qtype == Type.ANY else None


def answer_special(_desk: Desk, query: Query) -> bytes | None:
    match special(query.question.host):
        case Special.NO_SUCH_NAME:
            return answers.no_such_name(query.question)
        case Special.LOOPBACK:
            return answers.loopback(query.question)
        case None:
            return None


def refuse_blocked(desk: Desk, query: Query) -> bytes | None:
    host = query.question.host
    if not host:
        return None  # the root itself: no list can speak of it
    judgements = desk.judgements
    verdict = desk.judge(query.client, host)
    if verdict.blocked:
        return _block(desk, judgements, query, verdict)
    if verdict.eventful:
        desk.record(query.client, host, verdict)
    return None


def answer_known(desk: Desk, query: Query) -> bytes | None:
    answer = desk.known(query.asked)
    if answer is None:
        return None
    if desk.clocks.steady() >= answer.renews:
        desk.renew(query.asked)
    return _checked(desk, query, answer)


STEPS: tuple[Step, ...] = (
    refuse_unserved,  # first: what nobody is served needs no rules and no work
    answer_special,  # before the rules: no list may switch on DNS that goes round the filter
    refuse_blocked,  # before the cache: what others may see was asked for, and is kept, there
    answer_known,  # last: what is left is allowed; its answer is judged again, with all it leads to
)


def at_once(desk: Desk, packet: bytes, address: str, *, over_udp: bool) -> bytes | Query | None:
    """Return the reply; or the query, if upstream must be asked; or None: say nothing."""
    question = None
    try:
        question = read_question(packet)
        if question is None:
            return None
        if isinstance(question, Rcode):
            return refusal(packet, question)
        size = question.size if over_udp else LONGEST_REPLY
        client = desk.client(address)
        asked = safely(question, client.modes)
        query = Query(packet, question, client, size, over_udp, asked)
        for step in STEPS:
            if (reply := step(desk, query)) is not None:
                return reply
    except Exception as error:  # noqa: BLE001 - the law of this module
        desk.fault("judging", error)
        return answers.failed(question, Ede.OTHER) if isinstance(question, Question) else None
    return query


async def from_upstream(desk: Desk, query: Query) -> bytes:
    """Ask, then check: the rules may have changed meanwhile, and the answer may lead elsewhere."""
    try:
        answer = await desk.ask(query.asked)
        if isinstance(answer, Ede):
            return answers.failed(query.question, answer)
        return refuse_blocked(desk, query) or _checked(desk, query, answer)
    except Exception as error:  # noqa: BLE001 - the law of this module
        desk.fault("answering", error)
        return answers.failed(query.question, Ede.OTHER)


def ready(desk: Desk, packet: bytes, address: str) -> bytes | None:
    """Return the reply to a packet that this policy class sent before, but for its id."""
    client = desk.client(address)  # who it is may have changed, though the rules are the same
    found = desk.judgements.ready.get((client.policy_class, packet[2:]))
    if found is None:
        return None
    now = desk.clocks.steady()
    if found.answer is not None and now >= found.answer.renews:
        if now >= found.answer.dies:
            return None
        desk.renew(found.asked or found.question)
    if found.verdict is not None:
        _note(desk, client, found.target, found.verdict)
    return packet[:2] + found.reply(now)


def _checked(desk: Desk, query: Query, answer: Answer) -> bytes:
    """Block an answer that leads to a blocked name or network; else keep it ready, and give it."""
    judgements = desk.judgements
    if query.asked is not query.question:
        answer = led_on(query.question, query.asked, answer, desk.clocks.steady())
    target = Target(query.question.host, channel=Channel.DNS)
    asked = None
    if query.question.host:
        asked = desk.judge(query.client, query.question.host, answer.addresses)
        if asked.blocked:
            return _block(desk, judgements, query, asked)
        for name in answer.targets:
            verdict = desk.judge(query.client, name)
            if _blocks_an_alias(verdict) and not _outweighs(asked, verdict):
                return _block(desk, judgements, query, verdict)
    if asked is not None:
        _note(desk, query.client, target, asked)
    if answer.lifetime > 0:
        kept = Ready(query.question, target, answer, verdict=asked, asked=query.asked)
        _keep_ready(judgements, query, kept)
    return answer.reply(query.question, desk.clocks.steady(), query.size)


def _blocks_an_alias(led_to: Verdict) -> bool:
    if led_to.reason is not Reason.RULE:
        return led_to.blocked
    blocking = {
        one.about.category
        for one in led_to.considered
        if one.action is Action.BLOCK and isinstance(one.about, Hit)
    }
    return led_to.blocked and not blocking <= BLOCKED_BY_NAME_ALONE


def _outweighs(asked: Verdict, led_to: Verdict) -> bool:
    """Help, and a name that staff allow by name, work whatever they lead to, if it is lawful."""
    if led_to.reason is Reason.SEALED:
        return False
    if asked.reason is Reason.HELP:
        return True
    decisive = asked.considered[0] if asked.considered else None
    return (
        decisive is not None
        and decisive.action is Action.ALLOW
        and isinstance(decisive.about, Hit)
        and decisive.about.list == OWN_LIST
    )


def _block(desk: Desk, judgements: Judgements, query: Query, verdict: Verdict) -> bytes:
    target = Target(query.question.host, channel=Channel.DNS)
    _note(desk, query.client, target, verdict)
    reply = answers.blocked(query.question, desk.way, desk.blocked_ttl)
    _keep_ready(judgements, query, Ready(query.question, target, block=reply[2:], verdict=verdict))
    return reply


def _note(desk: Desk, client: Client, target: Target, verdict: Verdict) -> None:
    desk.visited(client, target, verdict)
    if verdict.eventful:
        desk.record(client, target.host, verdict)


def _keep_ready(judgements: Judgements, query: Query, found: Ready) -> None:
    """Keep it with what was in force before it was judged: a thread may have put more in force."""
    if query.over_udp:
        judgements.ready.put((query.client.policy_class, query.packet[2:]), found)
