"""Without rules nothing passes in silence."""

from safeguard.core.types import Action, Reason, Target
from safeguard.stance import Stance


def test_without_rules_everything_is_blocked() -> None:
    verdict = Stance("block").verdict(Target("www.childline.org.uk"))
    assert (verdict.action, verdict.reason) == (Action.BLOCK, Reason.NO_RULES)


def test_the_list_of_help_stays_open_where_the_settings_say_so() -> None:
    stance = Stance("allow-list")
    assert stance.verdict(Target("www.childline.org.uk")).reason is Reason.HELP
    assert stance.verdict(Target("notchildline.org.uk")).blocked
    assert stance.verdict(Target("www.example.com")).blocked
