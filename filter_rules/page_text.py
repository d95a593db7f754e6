"""The text that a page shows: of HTML what a person reads or hears on it, block by block.

A page is read in one pass over its tags, in the way of the HTML standard's tokenizer, and no
tree is made: to make one takes time that grows with the square of how deep a page is nested,
so 500 KB of opened <div> would hold a worker for twenty seconds. Lexbor's tree is what the
tests compare with. Where a page is malformed we err towards reading more than is shown.

A new block is a new line, and no line holds two. Inline tags leave no trace, as on the screen:
su<b>ic</b>ide is one word.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from filter_rules.charsets import decoded
from filter_rules.markup import SELF_CLOSED, TOKEN, attributes, unescaped

LONGEST_BODY = 2 << 20  # bytes; what stands beyond is not read
DEEPEST = 128  # tags open inside what is not shown; where there are more it is read
MOST_DRAWINGS = 8  # of a page whose title is looked at for their end
MOST_STRONG = 1_000  # titles and headings of a page that are marked as such

_NOT_SHOWN = re.compile(r"(?i)display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)")
_DRAWING_ENDS = re.compile(r"(?i)</svg[\s/>]")
_SPACES = "\n\t\r\f\v\xa0"
_WIDE = re.compile(r"  +")
_STRING = re.compile(r"\"([^\"\\]*+(?:\\.[^\"\\]*+)*+)\"(\s*+:)?+", re.DOTALL)
_LOOKS_LIKE_HTML = re.compile(
    rb"(?i)\s*(?:<!--|<(?:!doctype\s+html|html|head|body|title|meta|div|p|script|table|h1)[\s>/])"
)


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BLOCKS = _names("""
    address article aside audio blockquote body br button canvas caption center col colgroup dd
    details dialog dir div dl dt embed fieldset figcaption figure footer form frame frameset h1 h2
    h3 h4 h5 h6 head header hgroup hr html iframe img input legend li link listing main menu meta
    meter nav object ol optgroup option p pre progress search section select source summary table
    tbody td tfoot th thead tr track ul video
    """)
_BREAKS = _BLOCKS | {f"/{name}" for name in _BLOCKS}
_VOID = _names("area base br col embed frame hr img input link meta param source track wbr")
_CLOSED_BY_NEXT = _names("p li dd dt option optgroup tr td th tbody thead tfoot")
_STRONG = frozenset(("h1", "h2", "h3"))
_STRONG_ENDS = frozenset(f"/h{level}" for level in range(1, 7))
_TELLING = frozenset(("img", "input", "area", "meta"))  # by an attribute
_UNSEEN = frozenset(("template", "svg"))
_MATTER = _STRONG | _STRONG_ENDS | _TELLING | _UNSEEN
_ALWAYS_SHOWN = frozenset(("html", "body"))  # hidden at first, until a script has run
_META_READ = frozenset(
    (
        "description",
        "keywords",
        "og:title",
        "og:description",
        "twitter:title",
        "twitter:description",
    )
)
_SHOWN_INPUTS = frozenset(("", "text", "search", "button", "submit", "reset", "email", "url"))
_INLINE_IN_XML = _names("a b i em strong span sub sup u s tspan tref textpath")


@dataclass(frozen=True, slots=True)
class PageText:
    """What a page says, one block a line; `strong` is where titles and headings stand in it.

    `cut`: the page was longer than is read.
    """

    text: str
    strong: tuple[tuple[int, int], ...] = ()
    cut: bool = False


def page_text(body: bytes, content_type: str = "") -> PageText:
    """What a person reads on this page, in whatever charset it comes. Never raises."""
    cut = len(body) > LONGEST_BODY
    media = content_type.partition(";")[0].strip().lower()
    text = decoded(body[:LONGEST_BODY], content_type)
    if media == "text/plain":
        return PageText(text, cut=cut)
    if media.endswith("json"):
        return PageText("\n".join(_leaves(text)), cut=cut)
    if media.endswith(("javascript", "ecmascript", "/css")):
        return PageText("", cut=cut)
    if media.endswith("xhtml+xml"):
        text = SELF_CLOSED.sub("", text)
    elif media.endswith("xml"):
        return _laid_out(_of_xml(text), cut=cut)
    return html_text(text, cut=cut)


def html_text(html: str, *, cut: bool = False) -> PageText:
    """The words of an HTML page, those that only help to find or hear it included."""
    return _laid_out(_Reading().read(html), cut=cut)


def looks_like_html(body: bytes) -> bool:
    """Whether bytes of which nobody says what they are begin as a web page does."""
    beginning = body[:1024].removeprefix(b"\xef\xbb\xbf")
    if beginning.startswith((b"\xff\xfe", b"\xfe\xff")):
        beginning = beginning[2:].replace(b"\0", b"")
    return bool(_LOOKS_LIKE_HTML.match(beginning))


type _Segment = tuple[bool, list[str]]  # whether it is strong, and its pieces


class _Unseen:
    """The tags open inside what is not shown, to see where it ends."""

    def __init__(self) -> None:
        self.open: list[str] = []  # outermost first; empty: what stands here is shown
        self.doubtful = False  # too deep to follow, so what was held back is read

    def begin(self, name: str) -> None:
        self.open = [name]

    def follow(self, name: str) -> None:
        if name[0] == "/":
            self._closed(name[1:])
        else:
            self._opened(name)

    def _closed(self, name: str) -> None:
        if name in self.open:
            while self.open.pop() != name:
                pass
        elif name in _BLOCKS:
            self.open.clear()  # it ends what the unseen stands in

    def _opened(self, name: str) -> None:
        top = self.open[-1]
        if (name == top and name in _CLOSED_BY_NEXT) or (top == "p" and name in _BLOCKS):
            self.open.pop()
        elif self.open[0] == "svg" and name in _BLOCKS:
            self.open.clear()  # as browsers do: HTML does not stand in a drawing
        if self.open and name not in _VOID:
            self.open.append(name)
        self.doubtful = len(self.open) > DEEPEST
        if self.doubtful:
            self.open.clear()


class _Reading:
    """One page while it is read."""

    def __init__(self, *, xml: bool = False) -> None:
        self.segments: list[_Segment] = [(False, [])]
        self._xml = xml
        self._unseen = _Unseen()
        self._drawings = 0  # that ended within their title
        self._held: list[str] = []  # the text in there, read after all if it never ends

    def read(self, html: str) -> list[_Segment]:
        self._read_on(html.replace("\0", ""))
        self.segments[-1][1].extend(self._held)
        return self.segments

    def _read_on(self, html: str) -> None:
        write = self._writer()
        for text, raw, said_raw, content, tag, said in TOKEN.findall(html):
            if text:
                write(text)
            if tag:
                name = tag.lower()
                if name in _BREAKS or (self._xml and name.removeprefix("/") not in _INLINE_IN_XML):
                    write("\0")
                if (
                    self._unseen.open
                    or name in _MATTER
                    or (said and ("hidden" in said or "none" in said or "aria-l" in said))
                ):
                    self._turn(name, said)
                    write = self._writer()
            elif raw:
                self._raw(raw.lower(), said_raw, content)
                write = self._writer()

    def _writer(self) -> Callable[[str], None]:
        return (self._held if self._unseen.open else self.segments[-1][1]).append

    def _turn(self, name: str, said: str) -> None:
        """Take up a tag that changes what the text after it is, or that speaks itself."""
        if self._unseen.open:
            self._unseen.follow(name)
            if self._unseen.open:
                return
            if self._unseen.doubtful:
                self.segments[-1][1].extend(self._held)
            self._held = []
        if name in _STRONG and len(self.segments) < 2 * MOST_STRONG:
            self.segments.append((True, []))
        elif name in _STRONG_ENDS and self.segments[-1][0]:
            self.segments.append((False, []))
        told = attributes(said) if said else {}
        self._writer()("".join(f"\0{one}\0" for one in _spoken(name, told) if one))
        if not self._xml and (name in _UNSEEN or _is_hidden(name, told)):
            self._unseen.begin(name)

    def _raw(self, name: str, said: str, content: str) -> None:
        match name:
            case "title" if not self._unseen.open and len(self.segments) < 2 * MOST_STRONG:
                self.segments += [(True, [content]), (self.segments[-1][0], [])]
            case "title" if self._unseen.open[:1] == ["svg"] and self._drawings < MOST_DRAWINGS:
                if end := _DRAWING_ENDS.search(content):  # in a drawing a title may hold tags
                    self._drawings += 1
                    self._read_on(content[end.start() :])
            case "textarea":
                spoken = _spoken(name, attributes(said))
                self._writer()("\0".join(("", *spoken, content, "")))
            case "xmp" | "plaintext":
                self._writer()("\0" + content.replace("&", "&amp;") + "\0")
            case "iframe":
                self._writer()("\0")
            case _:
                pass  # what a browser runs, or shows to nobody


def _spoken(name: str, said: dict[str, str]) -> Iterator[str]:
    """What a tag says by its attributes, to who sees it and to who hears it."""
    yield said.get("aria-label", "")
    match name:
        case "img" | "area":
            yield said.get("alt", "")
        case "meta":
            if (said.get("name") or said.get("property", "")).lower() in _META_READ:
                yield said.get("content", "")
        case "input":
            yield said.get("placeholder", "")
            yield said.get("alt", "")
            if said.get("type", "").lower() in _SHOWN_INPUTS:
                yield said.get("value", "")
        case "textarea":
            yield said.get("placeholder", "")
        case _:
            pass


def _is_hidden(name: str, said: dict[str, str]) -> bool:
    if name in _ALWAYS_SHOWN or name in _VOID or name[0] == "/":
        return False
    return "hidden" in said or bool(_NOT_SHOWN.search(said.get("style", "")))


def _of_xml(xml: str) -> list[_Segment]:
    """The text of a feed or a drawing, with that of the HTML which its text holds."""
    plain = SELF_CLOSED.sub("", xml.replace("<![CDATA[", "").replace("]]>", ""))
    found: list[_Segment] = []
    for strong, pieces in _Reading(xml=True).read(plain):
        text = unescaped("".join(pieces))
        if "<" in text:
            kept = text.replace("\0", "<br>")
            found += [(strong or inner, parts) for inner, parts in _Reading(xml=True).read(kept)]
        else:
            found.append((strong, [text]))
    return found


def _leaves(text: str) -> Iterator[str]:
    """The texts of JSON, its keys left out, even where it is cut off or many in one."""
    for said, key in _STRING.findall(text):
        if key or not said:
            continue
        if "\\" not in said:
            yield said
            continue
        try:
            yield json.loads(f'"{said}"', strict=False)
        except ValueError:
            yield said


def _laid_out(segments: list[_Segment], *, cut: bool) -> PageText:
    """Put the blocks on lines, and say where the strong ones stand."""
    blocks: list[str] = []
    strong: list[tuple[int, int]] = []
    length = 0
    for is_strong, pieces in segments:
        text = unescaped("".join(pieces))
        for space in _SPACES:
            text = text.replace(space, " ")
        lines = _WIDE.sub(" ", text).split("\0")
        block = "\n".join([bare for line in lines if (bare := line.strip())])
        if not block:
            continue
        if is_strong:
            strong.append((length, length + len(block)))
        blocks.append(block)
        length += len(block) + 1
    return PageText("\n".join(blocks), tuple(strong), cut)
