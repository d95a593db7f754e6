"""What a worker holds between two queries: the engine, the recorder, and what it remembers.

The law: what was remembered under one snapshot of the rules is forgotten whole when another is
in force, and nothing that was judged for one policy class is ever given to another.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from dns_filter.answers import Blocked, Ede
from dns_filter.received import Answer
from dns_filter.recent import Recent
from dns_filter.upstreams import Upstreams
from dns_filter.wire import Question, Rcode
from safeguard.core.modes import Modes
from safeguard.core.types import Channel, Subject, Target, Verdict
from safeguard.engine import Engine
from safeguard.recorder import Recorder

MOST_CLIENTS = 10_000
MOST_VERDICTS = 50_000
VERDICT_BYTES = 32 << 20
MOST_READY = 50_000
READY_BYTES = 16 << 20
MOST_ANSWERS = 50_000
ANSWER_BYTES = 32 << 20
COST = 600  # what an entry weighs beside its bytes
ADDRESS_COST = 80
ECHO_SECONDS = 10.0
STALE_SECONDS = 86_400.0  # for which a dead answer is better than none
STALE_AFTER = 0.4  # so long upstream may take before the dead answer is given
MOST_RENEWED = 256  # at the same time
GOOD = frozenset({Rcode.NOERROR, Rcode.NXDOMAIN})

type PolicyClass = tuple[str, ...]
type Asked = tuple[PolicyClass, str, tuple[str, ...]]
type Key = tuple[bytes, int, bool, bool]


@dataclass(frozen=True, slots=True)
class Client:
    """An address that asks, and the policy class it belongs to. `looked`: in which round.

    The class ends in the modes: whom they differ for shares no answer.
    """

    subject: Subject
    policy_class: PolicyClass
    modes: Modes
    looked: int


@dataclass(slots=True)
class Ready:
    """How a packet with these very bytes was answered: by an upstream's answer, or by a block.

    `verdict` is what is noted each time; None only for the root, of which nothing is said.
    `asked`: the question that upstream was asked, where it is another. `made`: the reply without
    its id, at the `age` that the answer had then.
    """

    question: Question
    target: Target
    answer: Answer | None = None
    block: bytes = b""
    verdict: Verdict | None = None
    asked: Question | None = None
    made: bytes = b""
    age: int = -1

    def reply(self, now: float) -> bytes:
        """Return the reply without its id, its times to live as they are now."""
        if self.answer is None:
            return self.block
        age = int(now - self.answer.at)
        if age != self.age:
            self.made = self.answer.reply(self.question, now, self.question.size)[2:]
            self.age = age
        return self.made


def _ready_weight(key: tuple[PolicyClass, bytes], value: Ready) -> int:
    return 3 * len(key[1]) + 2 * len(value.answer.body if value.answer else value.block) + COST


def _answer_weight(_key: Key, value: Answer) -> int:
    return 2 * len(value.body) + ADDRESS_COST * len(value.addresses) + COST


def _verdict_weight(key: Asked, _value: Verdict) -> int:
    return ADDRESS_COST * len(key[2]) + COST


class Judgements:
    """What was worked out under one snapshot."""

    def __init__(self, snapshot: object) -> None:
        self.snapshot = snapshot
        self.clients: Recent[str, Client] = Recent(MOST_CLIENTS)
        self.verdicts: Recent[Asked, Verdict] = Recent(
            MOST_VERDICTS, VERDICT_BYTES, _verdict_weight
        )
        self.ready: Recent[tuple[PolicyClass, bytes], Ready] = Recent(
            MOST_READY, READY_BYTES, _ready_weight
        )


@dataclass(frozen=True, slots=True)
class Clocks:
    """The two times: one that never jumps, for what expires, and the day's, for what is kept."""

    steady: Callable[[], float]
    wall: Callable[[], datetime]


class Desk:
    """Everything the steps of the chain need. One a worker, used by its event loop alone."""

    def __init__(
        self,
        engine: Engine,
        recorder: Recorder,
        upstreams: Upstreams,
        clocks: Clocks,
        *,
        way: Blocked,
        blocked_ttl: int,
    ) -> None:
        self.engine = engine
        self.clocks = clocks
        self.way: Blocked = way
        self.blocked_ttl = blocked_ttl
        self.faults: Counter[str] = Counter()
        self.answers: Recent[Key, Answer] = Recent(MOST_ANSWERS, ANSWER_BYTES, _answer_weight)
        self._recorder = recorder
        self._upstreams = upstreams
        self._judgements = Judgements(engine.snapshot)
        self._recorded: Recent[tuple[str, str], float] = Recent(MOST_CLIENTS)
        self._flights: dict[Key, asyncio.Task[Answer | Ede]] = {}

    @property
    def judgements(self) -> Judgements:
        """What was worked out under the snapshot in force, and under no other."""
        if self._judgements.snapshot is not self.engine.snapshot:
            self._judgements = Judgements(self.engine.snapshot)
        return self._judgements

    def client(self, address: str) -> Client:
        clients = self.judgements.clients
        client = clients.get(address)
        if client is None or client.looked != self.engine.rounds:
            plain = address.partition("%")[0].removeprefix("::ffff:")
            subject = self.engine.subject_at(plain)
            kind = self.engine.snapshot.policy.class_of(subject)
            modes = self.engine.modes_of(subject)
            kind = *kind, modes.safe_search.value, modes.youtube.value
            client = Client(subject, kind, modes, self.engine.rounds)
            clients.put(address, client)
        return client

    def judge(self, client: Client, host: str, addresses: tuple[str, ...] = ()) -> Verdict:
        """Return the verdict for a name, and for the addresses that it leads to where known."""
        verdicts = self.judgements.verdicts
        key = client.policy_class, host, addresses
        verdict = verdicts.get(key)
        if verdict is None:
            target = Target(host, channel=Channel.DNS, addresses=addresses)
            verdict = self.engine.judge(client.subject, target)
            verdicts.put(key, verdict)
        return verdict

    def visited(self, client: Client, target: Target, verdict: Verdict) -> None:
        """Note in the access log that a name was answered, or blocked."""
        policy = self.engine.snapshot.policy
        self._recorder.visited(client.subject, target, verdict, policy, self.clocks.wall())

    def record(self, client: Client, host: str, verdict: Verdict) -> None:
        """Keep a block or a flag. A browser's A, AAAA and HTTPS lookups of a name are one act."""
        key, now = (client.subject.key, host), self.clocks.steady()
        last = self._recorded.get(key)
        if last is not None and now - last < ECHO_SECONDS:
            return
        target = Target(host, channel=Channel.DNS)
        try:
            self._recorder.record(client.subject, target, verdict, self.clocks.wall())
        except Exception as error:  # noqa: BLE001 - the name is blocked either way; what fails is counted
            self.fault("recording", error)
        else:
            self._recorded.put(key, now)

    def known(self, question: Question) -> Answer | None:
        answer = self.answers.get(question.key)
        return answer if answer and self.clocks.steady() < answer.dies else None

    async def ask(self, question: Question) -> Answer | Ede:
        """Ask upstream, once for all who want to know the same."""
        flight = self._flight(question)
        old = self.answers.get(question.key)
        if old is None or self.clocks.steady() >= old.dies + STALE_SECONDS:
            return await asyncio.shield(flight)
        done, _ = await asyncio.wait({flight}, timeout=STALE_AFTER)
        found = flight.result() if done else Ede.NO_REACHABLE_AUTHORITY
        if isinstance(found, Answer) and found.rcode in GOOD:
            return found
        return old.stale(self.clocks.steady())

    def renew(self, question: Question) -> None:
        """Ask again for what is still asked for and about to die."""
        if question.key not in self._flights and len(self._flights) < MOST_RENEWED:
            self._flight(question)

    def _flight(self, question: Question) -> asyncio.Task[Answer | Ede]:
        flight = self._flights.get(question.key)
        if flight is None:
            flight = asyncio.create_task(self._asked(question))
            self._flights[question.key] = flight
        return flight

    def fault(self, doing: str, error: Exception) -> None:
        """Count an error of ours. Only its kind: its text could name who asked for what."""
        self.faults[f"{doing}: {type(error).__name__}"] += 1

    async def _asked(self, question: Question) -> Answer | Ede:
        try:
            answer = await self._upstreams.ask(question)
        except Exception as error:  # noqa: BLE001 - all who wait get SERVFAIL, and it is counted
            self.fault("asking upstream", error)
            return Ede.OTHER
        finally:
            del self._flights[question.key]
        if isinstance(answer, Answer) and answer.lifetime > 0:
            self.answers.put(question.key, answer)
        return answer
