"""The sessions that go on, in memory: each worker's own copy, kept up by its changes alone."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from safeguard.core.identifying import Claim
from safeguard.store.sessions import Found

SWEEP = timedelta(minutes=1)


class LiveSessions:
    """What is claimed of each address just now.

    One thread changes it and others read it meanwhile: what they read of an address is a whole
    tuple, of before or of after. `version` grows with each change, after the change is there.
    """

    def __init__(self) -> None:
        self.number = 0
        self.version = 0
        self._by_id: dict[int, Claim] = {}
        self._at: dict[str, tuple[Claim, ...]] = {}
        self._sweep_at: datetime | None = None

    def __len__(self) -> int:
        return len(self._by_id)

    def claims_at(self, address: str) -> tuple[Claim, ...]:
        return self._at.get(address, ())

    def begin(self, number: int, sessions: Iterable[Found]) -> None:
        """Forget everything, and know these."""
        by_id = {one.id: one.claim for one in sessions}
        at: dict[str, list[Claim]] = {}
        for claim in by_id.values():
            at.setdefault(claim.address, []).append(claim)
        self._by_id = by_id
        self._at = {address: tuple(claims) for address, claims in at.items()}
        self.number = number
        self.version += 1

    def take_up(self, number: int, sessions: Sequence[Found]) -> set[str]:
        """Take up what has changed; return the addresses of which something else is claimed."""
        changed = set()
        for one in sessions:
            before = self._by_id.get(one.id)
            after = one.claim if one.ended_at is None else None
            if before != after:
                changed.add(one.claim.address)
                self._put(one.id, before, after)
        self.number = number
        self.version += 1
        return changed

    def sweep(self, now: datetime) -> None:
        """Forget what is over, now and then: nobody tells of it."""
        if self._sweep_at is not None and self._sweep_at - SWEEP <= now < self._sweep_at:
            return
        self._sweep_at = now + SWEEP
        over = [(key, claim) for key, claim in self._by_id.items() if claim.until <= now]
        for key, claim in over:
            self._put(key, claim, None)

    def _put(self, key: int, before: Claim | None, after: Claim | None) -> None:
        if before is not None:
            self._leave(before)
            del self._by_id[key]
        if after is not None:
            self._by_id[key] = after
            self._at[after.address] = (*self.claims_at(after.address), after)

    def _leave(self, claim: Claim) -> None:
        left = list(self.claims_at(claim.address))
        left.remove(claim)
        if left:
            self._at[claim.address] = tuple(left)
        else:
            self._at.pop(claim.address, None)
