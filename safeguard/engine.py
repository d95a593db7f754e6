"""One engine a process: holds the snapshot in force, swaps it whole, and judges.

Every edge, the command line and the "why?" page come here, so that what staff are told is
what was done. This is the only caller of `decide`.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from filter_rules.typed.words import Typed
from filter_rules.types import Finding, Hit, Kind
from filter_rules.urls import Url, split
from safeguard import logs
from safeguard.core import evasion
from safeguard.core.decide import decide
from safeguard.core.identifying import Claim
from safeguard.core.modes import Modes
from safeguard.core.overrides import marked
from safeguard.core.policy import Policy
from safeguard.core.types import Channel, Subject, Target, Verdict
from safeguard.identity.finder import Finder
from safeguard.identity.following import Following
from safeguard.loading import Snapshot, current_stamp, load_snapshot
from safeguard.looking_up import Reachable, in_sealed_lists, of_networks, ways_round, within
from safeguard.problems import UnusableError
from safeguard.sealing import State
from safeguard.settings import Settings
from safeguard.stance import Stance
from safeguard.store.generation import Watch
from safeguard.store.session import AwayError, Store, open_store

logger = logs.logger("safeguard.engine")

STALE = "the rules could not be refreshed; those in force stay"


def open_engine(settings: Settings, *, reads_text: bool = False) -> "Engine":
    """Load what is in force and close the database again, so that a role may fork after it.

    `reads_text`: make what text is read with now, and at every refresh, before it is needed.
    """
    store, following = open_store(settings), Following(settings)
    try:
        snapshot = load_snapshot(settings, store)
        following.begin(store, utc_now())
    except AwayError as error:
        raise UnusableError(
            f"The database for {settings.data} cannot be used yet. "
            "Start with `safeguard run`, which makes it ready."
        ) from error
    finally:
        store.close()
    return Engine(settings, snapshot, reads_text=reads_text, following=following)


def judged_by(
    policy: Policy,
    subject: Subject,
    hits: Sequence[Hit],
    findings: Sequence[Finding] = (),
    kind: Kind | None = None,
) -> Verdict:
    """The verdict of a policy that need not be in force: a draft, before anybody lives with it."""
    return decide(subject, hits, findings, kind, policy)


def utc_now() -> datetime:
    return datetime.now(UTC)


class Engine:
    """Judges by one immutable snapshot; `refresh` swaps it for a newer one.

    The snapshot's policy is as of a moment: where a schedule or an override begins or ends,
    `refresh` swaps the snapshot too, so that what is remembered of the old one is forgotten.
    """

    def __init__(
        self,
        settings: Settings,
        snapshot: Snapshot,
        *,
        reads_text: bool = False,
        clock: Callable[[], datetime] = utc_now,
        following: Following | None = None,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        """`ticks`: seconds that never jump, for how long something takes."""
        self.settings = settings
        self._ticks = ticks
        self._reads_text = reads_text
        self._clock = clock
        self._edge: datetime | None = None
        self.snapshot = self._ready(snapshot)
        self._following = following or Following(settings)
        self._store: Store | None = None  # opened by the first refresh, so after any fork
        self._watch: Watch | None = None
        self._stale = False
        self.rounds = 0  # of refreshing: within one, who is at an address stays the same
        self._faults_said: tuple[State, ...] = ()
        self._reachable = Reachable(settings.proxy.allow_networks)
        self._ports = frozenset(settings.proxy.ports)
        self._stance = Stance(settings.rules.without_rules)

    def subject_at(self, address: str) -> Subject:
        """Who asks from this address; one whose group is gone is as one whom nobody knows."""
        return self._finder().subject_at(address, self._clock())

    def subject_of(self, claim: Claim) -> Subject:
        """Who asks, where the request itself carries a proof of who it is."""
        return self._finder().subject_of(claim, self._clock())

    def person_of_login(self, login: str) -> str:
        """The id of whom a login names; empty where nobody has it, or several have."""
        known = self.snapshot.roster.person_of_login(login)
        return known.person if known else ""

    def target_of(self, text: str, channel: Channel = Channel.WEB) -> Target | None:
        """A URL or a bare host as a target, with the words of a search; None: it is neither."""
        url = split(text)
        if url is None:
            return None
        typed = self._typed(url)
        bare = "/" not in text and "?" not in text
        words, kind = (typed.words, typed.kind) if typed else ("", None)
        return Target(url.host, "" if bare else text, words, kind, channel)

    def typed_in_url(self, url_text: str) -> Typed | None:
        url = split(url_text)
        return self._typed(url) if url else None

    def half_typed_in_url(self, url_text: str) -> Typed | None:
        url, rules = split(url_text), self.snapshot.rules
        return rules.half_typed_in_url(url) if url and rules else None

    def typed_in_body(self, url_text: str, content_type: str, body: bytes) -> tuple[Typed, ...]:
        url, rules = split(url_text), self.snapshot.rules
        return rules.typed_in_body(url, content_type, body) if url and rules else ()

    def said_in_message(
        self, url_text: str, message: str | bytes, *, from_pupil: bool
    ) -> tuple[Typed, ...]:
        """What was typed in a message that a pupil sent, or what one that came back shows."""
        url, rules = split(url_text), self.snapshot.rules
        return rules.said_in_message(url, message, from_pupil=from_pupil) if url and rules else ()

    def detect(
        self, text: str, kind: Kind, strong: Iterable[tuple[int, int]] = ()
    ) -> tuple[Finding, ...]:
        """What a text says of each theme, whoever wrote it. `strong`: where headings stand in it."""
        rules = self.snapshot.rules
        return rules.detect(text, kind, strong=strong) if rules else ()

    def text_is_read(self, subject: Subject) -> bool:
        return self.snapshot.policy.reads_words_of(subject)

    def is_inspected(self, subject: Subject, host: str) -> bool:
        """Whether this subject's traffic with this host may be decrypted (sealed: always)."""
        snapshot = self.snapshot
        if snapshot.rules is None:
            return True  # everything is blocked, and a page can say so
        if snapshot.sealing.lists.carries(host):
            return True
        policy, hits = snapshot.policy, snapshot.rules.match(host)
        if any(hit.category in policy.sealed for hit in hits):
            return True
        return policy.inspects(subject, (*hits, *policy.facts.of(Target(host), None)))

    def modes_of(self, subject: Subject) -> Modes:
        """How search engines, YouTube and sign-in pages are to be asked on this one's behalf."""
        return self.snapshot.policy.modes_of(subject)

    def judge(self, subject: Subject, target: Target, policy: Policy | None = None) -> Verdict:
        """The verdict by the snapshot in force; raises only on a defect, and then edges block.

        `policy`: by this one instead, for those who ask what would be at another time.
        """
        snapshot = self.snapshot if policy is None else replace(self.snapshot, policy=policy)
        url = split(target.url) if target.url else None
        sealed = in_sealed_lists(snapshot, subject, target, url)
        if sealed:
            return _stamped(decide(subject, sealed, (), None, snapshot.policy), snapshot)
        if snapshot.rules is None:
            return self._stance.verdict(target)
        facts = snapshot.policy.facts
        hits = (
            *self.found_in_lists(target.host, url),
            *facts.of(target, url),
            *evasion.hits_of(ways_round(target, url, self._ports, self._reachable)),
        )
        led_to = of_networks(snapshot.rules, target.addresses)
        findings: tuple[Finding, ...] = ()
        if target.words and target.kind and snapshot.policy.reads_words_of(subject):
            snapshot.rules.ready_to_detect()  # before the time for reading begins
            findings = (
                *snapshot.rules.detect(
                    target.words,
                    target.kind,
                    strong=target.strong,
                    about=frozenset(hit.category for hit in hits),
                    groups=frozenset(snapshot.policy.groups.lineage(subject.group)),
                    spent=within(self.settings.limits.reading_ms, self._ticks),
                ),
                *facts.in_text(target.words, target.kind),
            )
        verdict = decide(subject, hits, findings, target.kind, snapshot.policy, led_to)
        return _stamped(verdict, snapshot)

    def found_in_lists(self, host: str, url: Url | None) -> tuple[Hit, ...]:
        """What the lists and the school's own entries say of an address; sealed lists apart."""
        snapshot = self.snapshot
        own = marked(snapshot.overlay.match(host, url))
        found = snapshot.rules.match(host, url) if snapshot.rules else ()
        return self._reachable.left_out((*own, *found))

    def refresh(self) -> bool:
        """Take up what has changed since; True if anything had. Call it often, off the loop.

        Where the database or an artefact cannot be read the snapshot in force stays in force,
        and its schedules and overrides go on beginning and ending.
        """
        before = self.snapshot
        done = [self._tried(step) for step in (self._turn, self._take_up)]
        self._stale = not all(done)
        self.rounds += 1
        return self.snapshot is not before

    def _tried(self, step: Callable[[], None]) -> bool:
        try:
            step()
        except Exception as error:  # noqa: BLE001  whatever it was, what is in force stays
            if not self._stale:  # once, not four times a second
                # Its kind alone: its text may name someone, and a trace shows settings and people.
                logger.error(STALE, trouble=type(error).__name__)  # noqa: TRY400  see above
            return False
        return True

    def _take_up(self) -> None:
        if self._store is None or self._watch is None:
            self._store = open_store(self.settings)
            self._watch = Watch(self._store)
        self._say_faults()
        if current_stamp(self.settings, self._watch.number()) != self.snapshot.stamp:
            now = self._clock()
            fresh = load_snapshot(self.settings, self._store, self.snapshot, now)
            self.snapshot = self._ready(fresh)
        self._following.follow(self._store, self._watch.sessions, self._finder(), self._clock())

    def _finder(self) -> Finder:
        return self._following.finder(self.snapshot.roster, self.snapshot.policy.groups)

    def close(self) -> None:
        if self._watch is not None:
            self._watch.close()
            self._watch = None
        if self._store is not None:
            self._store.close()
            self._store = None

    def _say_faults(self) -> None:
        """Say once of each change which sealed lists are not in force."""
        faults = self.snapshot.sealing.faults
        if faults != self._faults_said:
            logger.error(
                "NON-COMPLIANT: sealed lists are not in force; see `safeguard sealed status`"
                if faults
                else "every sealed list is in force again",
                stance=self.settings.sealed.stance,
                lists="; ".join(f"{one.name}: {one.fault}" for one in faults),
            )
            self._faults_said = faults

    def _turn(self) -> None:
        """Put the policy in force as of now, where it is past its edge or the clock went back."""
        now, since = self._clock(), self.snapshot.policy.moment
        if not since or since > now or (self._edge is not None and now >= self._edge):
            self.snapshot = self._in_force(self.snapshot)

    def _ready(self, snapshot: Snapshot) -> Snapshot:
        if self._reads_text and snapshot.rules:
            snapshot.rules.ready_to_detect()
        return self._in_force(snapshot)

    def _in_force(self, snapshot: Snapshot) -> Snapshot:
        now = self._clock()
        turned = replace(snapshot, policy=snapshot.policy.at(now))
        self._edge = snapshot.policy.next_edge(now)
        return turned

    def _typed(self, url: Url) -> Typed | None:
        rules = self.snapshot.rules
        return rules.typed_in_url(url) if rules else None


def _stamped(verdict: Verdict, snapshot: Snapshot) -> Verdict:
    artefact = snapshot.rules.fingerprint if snapshot.rules else ""
    return replace(verdict, policy_version=snapshot.policy.version, artefact=artefact)
