"""What people concluded tells how good each rule is, and proposes a narrow way to mend it."""

from safeguard.core.concerns import Outcome
from safeguard.core.exempting import Refusal
from safeguard.store import feedback
from safeguard.store.conclusions import Conclusion, close, undo
from safeguard.store.feedback import Proposal
from safeguard.store.session import Store
from safeguard.store.triage import Act
from tests.safeguard.concern_samples import TERMS, chance, flagged_event, happen, minutes, rows
from tests.safeguard.samples import reviewer

RULES = TERMS.rules


def conclude(store: Store, lead: int, said: dict[str, Outcome]) -> None:
    for row in rows(store):
        act = Act(row.id, row.version, lead, minutes(60))
        close(store, act, Conclusion(said[row.subject], "why"), RULES, chance)


def test_precision_counts_each_concern_once_for_each_theme_and_rule(any_store: Store) -> None:
    lead = reviewer(any_store)
    happen(
        any_store,
        flagged_event(minutes(0), "ada"),
        flagged_event(minutes(1), "ada", words="others"),
        flagged_event(minutes(0), "ben"),
        flagged_event(minutes(0), "cal"),
    )
    conclude(
        any_store,
        lead,
        {"ada": Outcome.ACTED, "ben": Outcome.LESSON, "cal": Outcome.WRONG_PUPIL},
    )
    found = {one.rule: (one.real, one.judged) for one in feedback.precision(any_store, minutes(0))}
    assert found == {"theme suicide": (1, 2), "rule Words": (1, 2)}
    assert feedback.precision(any_store, minutes(61)) == []
    (ben,) = [row for row in rows(any_store) if row.subject == "ben"]
    undo(any_store, Act(ben.id, ben.version, lead, minutes(70)), RULES, chance)
    found = {one.rule: (one.real, one.judged) for one in feedback.precision(any_store, minutes(0))}
    assert found == {"theme suicide": (1, 1), "rule Words": (1, 1)}


def test_an_exemption_is_proposed_with_what_it_would_have_hidden(any_store: Store) -> None:
    lead = reviewer(any_store)
    happen(
        any_store,
        flagged_event(minutes(0), "ada", theme="drugs"),
        flagged_event(minutes(0), "ben", theme="drugs"),
        flagged_event(minutes(0), "cal", theme="gambling"),
    )
    conclude(any_store, lead, {"ada": Outcome.LYRICS, "ben": Outcome.ACTED, "cal": Outcome.NOTED})
    (ada,) = [row for row in rows(any_store) if row.subject == "ada"]
    found = feedback.proposal(any_store, ada.id, "drugs", Outcome.LYRICS, lead, minutes(90), RULES)
    assert isinstance(found, Proposal)
    assert (found.exemption.phrase, found.exemption.group) == ("typed", "secondary")
    assert len(found.replay.hidden) == 2
    assert len(found.replay.real) == 1


def test_what_can_be_urgent_is_never_exempted(any_store: Store) -> None:
    lead = reviewer(any_store)
    happen(any_store, flagged_event())
    (row,) = rows(any_store)
    found = feedback.proposal(
        any_store, row.id, "suicide", Outcome.LYRICS, lead, minutes(90), RULES
    )
    assert isinstance(found, Refusal)
    nothing = feedback.proposal(
        any_store, flagged_event().id, "drugs", Outcome.LYRICS, lead, minutes(90), RULES
    )
    assert isinstance(nothing, Refusal)
