"""The desk where the policy is changed, with what it compares two policies by: their verdicts."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from safeguard.core.policy_changes import said
from safeguard.core.policy_documents import Document
from safeguard.core.weakening import weakened
from safeguard.engine import judged_by
from safeguard.policy_changing import PolicyDesk
from safeguard.store import people
from safeguard.store.session import Store


def open_desk(store: Store, zone: tzinfo, now: datetime) -> PolicyDesk:
    """Return the desk; what weakens is found as of now, for the people that there are."""

    def weaker(before: Document, after: Document) -> Sequence[str]:
        here, _, _ = people.everyone(store)
        found = weakened(
            before.policy,
            after.policy,
            judged_by,
            now,
            peopled={one.group for one in here},
            groups_of={one.id: one.group for one in here},
        )
        return [one.sentence for one in found]

    return PolicyDesk(store, zone, weaker, said)
