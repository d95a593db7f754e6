"""Pages of a long list: the number of the page lives in the address, beside the filters."""

from dataclasses import dataclass, replace

from flask import request, url_for

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
        kept = {key: values for key, values in request.args.lists() if key != "page"}
        return url_for(str(request.endpoint), **{**kept, **(request.view_args or {})}, page=page)


def asked_page() -> int:
    """The page that the address asks for; nonsense means the first."""
    text = request.args.get("page", "1")
    if not (text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER):
        return 1
    return min(max(int(text), 1), MOST_PAGES)
