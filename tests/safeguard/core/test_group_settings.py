"""Settings of groups: inherited, given anew, and locked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguard.core.group_settings import Given, GroupSettings, Setting, domains
from safeguard.core.groups import Groups
from safeguard.core.modes import Modes, SafeSearch, Wording, YouTube

TREE = Groups({"secondary": "", "year 9": "secondary", "9B": "year 9", "staff": ""})
READ = Setting.WORDS_READ
YES_OR_NO = [Setting.WORDS_READ, Setting.DECRYPTED]
ON, OFF = Given({READ: True}), Given({READ: False})


@pytest.mark.parametrize(
    ("said", "groups"),
    [
        ({}, set[str]()),
        ({"secondary": ON}, {"secondary", "year 9", "9B"}),
        ({"secondary": ON, "year 9": OFF}, {"secondary"}),
        ({"secondary": ON, "year 9": OFF, "9B": ON}, {"secondary", "9B"}),
        ({"year 9": ON}, {"year 9", "9B"}),
        ({"secondary": Given({READ: True}, frozenset({READ}))}, {"secondary", "year 9", "9B"}),
        (
            {"year 9": Given(locks=frozenset({READ})), "secondary": ON},
            {"secondary", "year 9", "9B"},
        ),
    ],
)
def test_a_setting_is_as_above_unless_it_is_given_anew(
    said: dict[str, Given], groups: set[str]
) -> None:
    assert GroupSettings(TREE, said).groups_with(READ, default=False) == groups


def test_where_nobody_says_the_default_holds() -> None:
    assert GroupSettings(TREE, {}).groups_with(Setting.DECRYPTED, default=True) == set(TREE.above)


def test_what_a_group_above_has_locked_cannot_be_set_below_it() -> None:
    locked = {"secondary": Given({READ: True}, frozenset({READ})), "9B": OFF}
    with pytest.raises(ValueError, match="'9B' cannot set “words_read”: 'secondary' has locked it"):
        GroupSettings(TREE, locked)


@pytest.mark.parametrize("said", [Given({"words": True}), Given(locks=frozenset({"words"}))])
def test_a_setting_that_nobody_knows_is_refused(said: Given) -> None:
    with pytest.raises(
        ValueError, match="'9B' sets “words”: choose from words_read, decrypted, safe_search"
    ):
        GroupSettings(TREE, {"9B": said})


@given(
    st.dictionaries(
        st.sampled_from(sorted(TREE.above)),
        st.builds(
            Given,
            st.dictionaries(st.sampled_from(YES_OR_NO), st.booleans()),
            st.sets(st.sampled_from(YES_OR_NO)).map(frozenset),
        ),
    ),
    st.sampled_from(YES_OR_NO),
    st.booleans(),
)
def test_below_a_lock_all_groups_are_the_same(
    said: dict[str, Given],
    setting: Setting,
    default: bool,  # noqa: FBT001  given by position
) -> None:
    try:
        settings = GroupSettings(TREE, said)
    except ValueError:
        return  # something is set below a lock: refused
    for group, given_here in said.items():
        if setting in given_here.locks:
            here = settings.of(group, setting, default=default)
            for below in TREE.below([group]):
                assert settings.of(below, setting, default=default) is here


def test_modes_are_inherited_each_by_itself() -> None:
    said = {
        "secondary": Given({"safe_search": "on", "youtube": "moderate"}),
        "9B": Given({"youtube": "off", "tenants": ["School.example.", "school.example"]}),
    }
    settings = GroupSettings(TREE, said)
    assert settings.modes("year 9") == Modes(SafeSearch.ON, YouTube.MODERATE)
    assert settings.modes("9B") == Modes(SafeSearch.ON, YouTube.OFF, ("school.example",))
    assert settings.modes("staff") == Modes(SafeSearch.STRICT, YouTube.STRICT)


def test_what_a_group_or_one_above_it_has_locked_is_known() -> None:
    settings = GroupSettings(
        TREE,
        {"secondary": Given(locks=frozenset({READ})), "9B": Given(locks=frozenset({"youtube"}))},
    )
    locked = [settings.locked(group) for group in ("staff", "year 9", "9B")]
    assert locked == [set[str](), {"words_read"}, {"words_read", "youtube"}]


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("words_read", "yes", "to 'yes': write true or false"),
        ("decrypted", 1, "to 1: write true or false"),
        ("safe_search", "moderate", "choose from off, on, strict"),
        ("youtube", True, "choose from off, moderate, strict"),
        ("wording", "ks4", "choose from ks1, ks2, ks3, staff"),
        ("monitor_only", "yes", "write true or false"),
        ("on_failure", "pass", "choose from closed, open"),
        ("tenants", "school.example", "write a list of domains"),
        ("tenants", 5, "write a list of domains"),
        ("tenants", ["everyone"], "write a list of domains"),
        ("tenants", ["https://school.example/"], "write a list of domains"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_what_to_write(
    name: str, value: object, says: str
) -> None:
    with pytest.raises(ValueError, match=f"The group '9B' sets “{name}” .*{says}"):
        GroupSettings(TREE, {"9B": Given({name: value})})


def test_domains_have_one_spelling_and_one_order() -> None:
    assert domains(["B.example", " a.example. ", "b.example"]) == ("a.example", "b.example")


def test_pages_are_worded_as_the_group_says_else_for_those_of_eleven_and_older() -> None:
    settings = GroupSettings(TREE, {"secondary": Given({"wording": "ks2"})})
    assert [settings.wording(group) for group in ("9B", "staff")] == [Wording.KS2, Wording.KS3]


def test_what_cannot_be_read_is_refused_unless_a_group_says_otherwise() -> None:
    assert GroupSettings(TREE).fail_open() == set()
    settings = GroupSettings(
        TREE, {"secondary": Given({"on_failure": "open"}), "9B": Given({"on_failure": "closed"})}
    )
    assert settings.fail_open() == {"secondary", "year 9"}
