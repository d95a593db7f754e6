"""What is answered where there are no rules to judge by: never silent passing."""

from importlib import resources

from filter_rules.hosts import canonical_host
from safeguard.core.types import Action, Reason, Target, Verdict


class Stance:
    """The stance of the settings: block everything, or everything but what helps."""

    def __init__(self, without_rules: str) -> None:
        self._help_hosts = _shipped_help() if without_rules == "allow-list" else ()

    def verdict(self, target: Target) -> Verdict:
        if any(_is_below(target.host, one) for one in self._help_hosts):
            return Verdict(Action.ALLOW, Reason.HELP)
        return Verdict(Action.BLOCK, Reason.NO_RULES)


def _is_below(host: str, name: str) -> bool:
    return host == name or host.endswith("." + name)


def _shipped_help() -> tuple[str, ...]:
    text = resources.files("filter_rules").joinpath("data/lists/help.txt").read_text("utf-8")
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return tuple(host for line in lines if line and (host := canonical_host(line)))
