"""Pages of a long list: the number of the page lives in the address, beside the filters."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from flask import request

PAGE_SIZE = 25
MOST_PAGES = 10_000
LONGEST_NUMBER = 5


@dataclass(frozen=True, slots=True)
class Paging:
    """Which page is shown: of a known total, or (total None) whether another page follows."""

    page: int
    total: int | None = None
    more: bool = False
    size: int = PAGE_SIZE

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.size

    @property
    def has_next(self) -> bool:
        return self.more if self.total is None else self.page * self.size < self.total

    def followed(self, more: bool) -> "Paging":  # noqa: FBT001  a yes or no is what it says
        return replace(self, more=more)

    def link(self, page: int) -> str:
        """The address of another page, with the filters of this one."""
        return same_list("page", str(page))


def same_list(place: str, where: str = "") -> str:
    """The address of this list with its filters, where `place` is another; empty: at its beginning.

    `url_for` is not asked: it would take some of what the address holds as orders to itself.
    """
    kept = {key: values for key, values in request.args.lists() if key != place}
    query = urlencode(kept | ({place: [where]} if where else {}), doseq=True)
    return f"{request.path}?{query}" if query else request.path


def asked_page() -> int:
    """The page that the address asks for; nonsense means the first."""
    text = request.args.get("page", "1")
    if not (text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER):
        return 1
    return min(max(int(text), 1), MOST_PAGES)
