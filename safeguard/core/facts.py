"""What rules can be about beside categories and themes: sites, files, sizes, protocols, words.

Each is a fact with a name of its own ("file:programs", "larger-than:50"). Where it is true of
a target it becomes a hit, or of a text a finding, so it is weighed as a category is. Only facts
that some rule names are looked for.
"""

from collections.abc import Iterable, Iterator

from filter_rules.overlay import Overlay, OverlayEntry, canonical_entry
from filter_rules.text import fold
from filter_rules.types import Finding, Hit, Kind, Match, Severity
from filter_rules.urls import Url
from safeguard.core.types import Target

SITE, FILE, LARGER, PROTOCOL, TYPED = "site:", "file:", "larger-than:", "protocol:", "typed:"
LIST = "policy"  # so a hit says where it comes from
MEGABYTE = 1_000_000
TYPED_KINDS = frozenset({Kind.SEARCH, Kind.CHAT})

PROTOCOLS = ("http-plain", "websocket", "quic", "ftp", "dns-over-https", "dns-over-tls")
_OF_SCHEME = {"http": "http-plain", "ws": "websocket", "wss": "websocket", "ftp": "ftp"}

# By the end of the path and by the type that the server gives; what ends in a star begins so.
FILES = {
    "programs": (
        "exe msi msix appx apk xapk deb rpm dmg pkg appimage bat cmd com scr ps1 sh jar crx xpi",
        (
            "application/x-msdownload application/x-msi application/vnd.microsoft.portable-executable "
            "application/vnd.android.package-archive application/x-executable application/java-archive "
            "application/vnd.debian.binary-package application/x-apple-diskimage application/x-rpm "
            "application/x-chrome-extension application/x-xpinstall application/x-dosexec"
        ),
    ),
    "archives": (
        "zip rar 7z tar gz tgz bz2 xz zst cab iso img",
        (
            "application/zip application/x-zip-compressed application/vnd.rar application/x-rar* "
            "application/x-7z-compressed application/x-tar application/gzip application/x-bzip* "
            "application/x-xz application/zstd application/vnd.ms-cab-compressed "
            "application/x-iso9660-image"
        ),
    ),
    "audio": ("mp3 m4a aac ogg oga opus flac wav wma", "audio/*"),
    "video": (
        "mp4 m4v mkv webm mov avi wmv flv mpg mpeg 3gp ts m3u8 mpd",
        "video/* application/vnd.apple.mpegurl application/x-mpegurl application/dash+xml",
    ),
    "documents": (
        "pdf doc docx docm xls xlsx xlsm ppt pptx pptm odt ods odp rtf epub",
        (
            "application/pdf application/msword application/vnd.ms-excel* application/rtf "
            "application/vnd.ms-powerpoint* application/vnd.ms-word* application/epub+zip "
            "application/vnd.openxmlformats-officedocument* application/vnd.oasis.opendocument*"
        ),
    ),
    "images": ("jpg jpeg png gif webp avif heic bmp tif tiff svg ico", "image/*"),
}
_BY_ENDING = {end: name for name, (ends, _) in FILES.items() for end in ends.split()}
_BY_MIME = {mime: name for name, (_, mimes) in FILES.items() for mime in mimes.split()}
_BY_START = tuple((one[:-1], name) for one, name in _BY_MIME.items() if one.endswith("*"))
_SAID = {
    SITE: "the site {}",
    FILE: "the file type {}",
    LARGER: "more than {} MB",
    PROTOCOL: "the protocol {}",
    TYPED: "the words “{}”",
}


class Facts:
    """The facts that the rules of one policy name. Never changes."""

    def __init__(self, named: Iterable[str]) -> None:
        names = tuple(dict.fromkeys(named))
        self.named = frozenset(one for one in names if one.startswith((FILE, LARGER, PROTOCOL)))
        self.sizes = sorted(int(one[len(LARGER) :]) for one in self.named if one.startswith(LARGER))
        sites = (one[len(SITE) :] for one in names if one.startswith(SITE))
        self.sites = Overlay(OverlayEntry(n, one, "") for n, one in enumerate(sites, 1))
        self.typed = {f" {fold(one[len(TYPED) :])} ": one for one in names if one.startswith(TYPED)}

    def of(self, target: Target, url: Url | None) -> tuple[Hit, ...]:
        """Return a hit for each named fact that is true of the target."""
        sites = self.sites.match(target.host, url)
        found = tuple(Hit(SITE + hit.entry, LIST, hit.entry, hit.part) for hit in sites)
        if not self.named:
            return found
        facts = (one for one in self._of_content(target, url) if one in self.named)
        return found + tuple(Hit(one, LIST, one) for one in facts)

    def in_text(self, text: str, kind: Kind) -> tuple[Finding, ...]:
        """Return a finding for each of the school's own words in what somebody typed."""
        if not self.typed or kind not in TYPED_KINDS:
            return ()
        folded = f" {fold(text)} "
        return tuple(
            Finding(name, Severity.NONE, 0, (Match(words.strip(), words.strip(), 0, 0, 0),))
            for words, name in self.typed.items()
            if words in folded
        )

    def _of_content(self, target: Target, url: Url | None) -> Iterator[str]:
        for one in file_types(url, target.mime):
            yield FILE + one
        protocol = target.protocol or (_OF_SCHEME.get(url.scheme, "") if url else "")
        yield PROTOCOL + protocol
        for size in self.sizes:
            if target.size is not None and target.size > size * MEGABYTE:
                yield f"{LARGER}{size}"


def file_types(url: Url | None, mime: str = "") -> tuple[str, ...]:
    """Return what the file is by its name and by its type: a program may be called a picture."""
    _, dot, ending = url.path.rpartition("/")[2].rpartition(".") if url else ("", "", "")
    by_name = _BY_ENDING.get(ending.lower(), "") if dot else ""
    plain = mime.partition(";")[0].strip().lower()
    by_mime = _BY_MIME.get(plain) or next(
        (name for start, name in _BY_START if plain.startswith(start)), ""
    )
    return tuple(one for one in dict.fromkeys((by_name, by_mime)) if one)


def site(text: str) -> str:
    """Return the name of the fact that a target is on a site; what is no site raises."""
    entry = canonical_entry(text)
    if entry is None:
        raise ValueError(f"{text!r} is no site, such as example.com or example.com/page.")
    return SITE + entry


def file_type(text: str) -> str:
    if text not in FILES:
        raise ValueError(f"{text!r} is no file type: choose from {', '.join(FILES)}.")
    return FILE + text


def protocol(text: str) -> str:
    if text not in PROTOCOLS:
        raise ValueError(f"{text!r} is no protocol: choose from {', '.join(PROTOCOLS)}.")
    return PROTOCOL + text


def larger_than(megabytes: object) -> str:
    if not isinstance(megabytes, int) or isinstance(megabytes, bool) or megabytes < 1:
        raise ValueError(f"{megabytes!r} is no size: write a whole number of megabytes from 1.")
    return f"{LARGER}{megabytes}"


def typed(words: str) -> str:
    """Return the name of the fact that somebody typed these words, however they spell them."""
    folded = fold(words)
    if not folded:
        raise ValueError(f"{words!r} has no letters or digits that could be looked for.")
    return TYPED + folded


def said(fact: str) -> str:
    """Return a fact in words."""
    kind, _, what = fact.partition(":")
    return _SAID[f"{kind}:"].format(what)
