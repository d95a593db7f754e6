"""Find the loader of a name: one of ours, or one that somebody installed."""

from collections.abc import Mapping
from importlib.metadata import entry_points

from filter_rules.sealed import CATEGORIES
from safeguard.problems import UnusableError
from safeguard.sealed_feeds import ctiru, iwf
from safeguard.sealed_feeds.feed import GROUP, Feed

# Not by entry points: nothing that is installed beside us may take their names.
SHIPPED: Mapping[str, Feed] = {"iwf": iwf.FEED, "ctiru": ctiru.FEED}
PLAIN = "iwf"


def loader_names() -> tuple[str, ...]:
    """Return the names of all loaders, ours first."""
    return (*SHIPPED, *sorted({one.name for one in entry_points(group=GROUP)} - SHIPPED.keys()))


def loader_for(list_name: str) -> str:
    """Return the loader whose name the list's begins with, such as `ctiru` of `ctiru-2`."""
    fitting = [name for name in loader_names() if list_name.startswith(name)]
    return max(fitting, key=len, default=PLAIN)


def find_feed(name: str) -> Feed:
    """Return the loader of this name, ready to be asked."""
    if name in SHIPPED:
        return SHIPPED[name]
    found = next(iter(entry_points(group=GROUP, name=name)), None)
    if found is None:
        known = ", ".join(loader_names())
        raise UnusableError(f"There is no loader {name!r} of sealed lists. Known: {known}.")
    try:
        feed: Feed = found.load()
        category = feed.category
    except Exception as error:  # noqa: BLE001  somebody else's code
        raise UnusableError(
            f"The loader {name!r} of sealed lists cannot be loaded ({type(error).__name__}). "
            "Install it anew, or ask who wrote it."
        ) from None  # what it says is not ours to show
    if category not in CATEGORIES:
        raise UnusableError(
            f"The loader {name!r} gives no category of sealed lists. "
            f"It must be one of: {', '.join(CATEGORIES)}."
        )
    return feed
