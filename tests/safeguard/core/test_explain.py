"""A verdict in words and as a record: what is said is what was weighed."""

import json

import pytest

from filter_rules.types import Beside, Effect, Finding, Hit, Match, Part, Severity
from safeguard.core.explain import about, as_record, finding_in_full, sentences
from safeguard.core.types import Action, Considered, Manner, Reason, Scope, Verdict

HIT = Hit("gambling", "safeguard/gambling", "bet.example")
MATCH = Match("kill myself", "Kill myself", 10, 0, 11)
FINDING = Finding("suicide", Severity.URGENT, 10.004, (MATCH,))
VERDICT = Verdict(
    Action.BLOCK,
    Reason.RULE,
    flagged=True,
    rule="everyone: gambling",
    hits=(HIT, HIT),
    findings=(FINDING,),
    considered=(
        Considered("everyone: gambling", Action.BLOCK, Scope.EVERYONE, HIT),
        Considered(
            "text", Action.ALLOW, Scope.GROUP, FINDING, lost_because="a stricter rule applies"
        ),
    ),
    policy_version="1.4",
    artefact="abc",
)


def test_the_first_sentence_says_the_outcome_and_the_others_each_rule_weighed() -> None:
    assert sentences(VERDICT) == [
        "Block and a person should know: a rule applied.",
        (
            "“everyone: gambling” would block, for bet.example in the list safeguard/gambling "
            "(gambling): decisive."
        ),
        (
            "“text” would allow, for the theme suicide (urgent): lost, because "
            "a stricter rule applies."
        ),
    ]


def test_a_network_is_called_one() -> None:
    hit = Hit("malware", "bad networks", "192.0.2.0/24", Part.NETWORK)
    assert about(hit) == "the network 192.0.2.0/24 in the list bad networks (malware)"


def test_a_verdict_that_needs_nobody_says_so_by_saying_nothing() -> None:
    assert sentences(Verdict(Action.ALLOW, Reason.DEFAULT)) == ["Allow: no rule applied."]


def test_the_record_holds_every_key_of_the_contract() -> None:
    record = as_record("https://bet.example/", "bet.example", VERDICT)
    assert json.loads(json.dumps(record)) == {
        "url": "https://bet.example/",
        "host": "bet.example",
        "action": "block",
        "manner": "",
        "flagged": True,
        "categories": ["gambling"],
        "reason": "a rule applied",
        "rule": "everyone: gambling",
        "severity": "urgent",
        "themes": [
            {
                "theme": "suicide",
                "severity": "urgent",
                "score": 10.0,
                "matches": [{"phrase": "kill myself", "quote": "Kill myself"}],
            }
        ],
        "trace": [
            {
                "rule": "everyone: gambling",
                "action": "block",
                "scope": "everyone",
                "about": about(HIT),
                "lost_because": "",
            },
            {
                "rule": "text",
                "action": "allow",
                "scope": "group",
                "about": about(FINDING),
                "lost_because": "a stricter rule applies",
            },
        ],
        "policy": "1.4",
        "artefact": "abc",
    }


@pytest.mark.parametrize("reason", [Reason.SEALED, Reason.UNSEEN])
def test_what_a_sealed_list_decides_reads_withheld(reason: Reason) -> None:
    verdict = Verdict(Action.BLOCK, reason, hits=(Hit("illegal", "list", "withheld"),))
    record = as_record("https://place.example/path", "place.example", verdict)
    assert (record["url"], record["host"], record["trace"]) == ("withheld", "withheld", [])
    assert "place" not in json.dumps(record) + " ".join(sentences(verdict))


@pytest.mark.parametrize(
    ("categories", "says"),
    [
        (["illegal"], "unlawful content"),
        (["illegal-terrorism"], "unlawful terrorist content"),
        (["illegal", "illegal-terrorism"], "unlawful content"),
    ],
)
def test_terrorist_content_is_told_from_other_unlawful_content(
    categories: list[str], says: str
) -> None:
    hits = tuple(Hit(one, "list", "withheld") for one in categories)
    verdict = Verdict(Action.BLOCK, Reason.SEALED, flagged=True, hits=hits)
    assert sentences(verdict) == [
        f"Block and a person should know: {says}, which no rule can allow."
    ]


def test_a_warning_and_what_it_is_about_are_said_in_words() -> None:
    setup = Hit("file:programs", "policy", "file:programs")
    warned = Considered("programs", Action.BLOCK, Scope.ROOM, setup, "", Manner.WARN)
    verdict = Verdict(
        Action.BLOCK, Reason.RULE, hits=(setup,), considered=(warned,), manner=Manner.WARN
    )
    assert sentences(verdict) == [
        "Warn: a rule applied.",
        "“programs” would warn, for the file type programs: decisive.",
    ]
    record = as_record("https://a.example/setup.exe", "a.example", verdict)
    assert (record["action"], record["manner"]) == ("block", "warn")
    assert about(Finding("typed:vape", Severity.NONE, 0)) == "the words “vape”"


def test_a_finding_in_full_tells_all_that_was_weighed() -> None:
    match = Match(
        "kill myself", "Kill myself", 12.004, 0, 11, "Says so.", 10.0,
        (Beside(Effect.RAISED, "tonight"),), "slang", "Kill myself tonight", "en",
    )  # fmt: skip
    told = finding_in_full(
        Finding("suicide", Severity.URGENT, 12.004, (match,), floor=Severity.HIGH, seconded=("k",))
    )
    assert (told["theme"], told["floor"], told["cut"], told["seconded"]) == (
        "suicide", "high", False, ["k"],
    )  # fmt: skip
    (shown,) = told["matches"]
    assert (shown["weight"], shown["full"], shown["says"]) == (12.0, 10.0, "Says so.")
    assert json.loads(json.dumps(told)) == told
