"""Decode the bytes of a page as a browser would: by BOM, header, its own word, else a guess.

The labels are those of the WHATWG: a page that says latin-1 or ASCII means windows-1252, one
that says gb2312 means the larger set of it. What is not in the table is no charset of the web
(UTF-7 would let a page hide its words), and what claims it is read as if it claimed nothing.
"""

import re
from codecs import getincrementaldecoder

from charset_normalizer import from_bytes

from filter_rules.markup import TOKEN, attributes

LOOKED_AT = 4_096  # bytes that the guess of a charset looks at: to guess is slow
PRESCAN = 4_096  # bytes in which a page may name its charset; browsers look at 1,024

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_NAMES = {  # of Python, and the labels that mean it
    "utf-8": "utf8 unicode-1-1-utf-8 unicode11utf8 unicode20utf8 x-unicode20utf8",
    "utf-16-le": "utf-16 utf-16le ucs-2 unicode csunicode iso-10646-ucs-2 unicodefeff",
    "utf-16-be": "utf-16be unicodefffe",
    "cp1252": (
        "windows-1252 x-cp1252 ascii us-ascii ansi_x3.4-1968 latin1 l1 latin-1 iso-8859-1"
        " iso8859-1 iso88591 iso_8859-1 iso_8859-1:1987 iso-ir-100 cp819 ibm819 csisolatin1"
        " x-user-defined"
    ),
    "cp1250": "windows-1250 x-cp1250",
    "cp1251": "windows-1251 x-cp1251",
    "cp1253": "windows-1253 x-cp1253",
    "cp1254": "windows-1254 x-cp1254 latin5 l5 iso-8859-9 iso8859-9 iso_8859-9 csisolatin5",
    "cp1255": "windows-1255 x-cp1255",
    "cp1256": "windows-1256 x-cp1256",
    "cp1257": "windows-1257 x-cp1257",
    "cp1258": "windows-1258 x-cp1258",
    "cp874": "windows-874 dos-874 tis-620 iso-8859-11 iso8859-11",
    "cp866": "ibm866 866 csibm866",
    "iso8859-2": "iso-8859-2 iso_8859-2 latin2 l2 iso-ir-101 csisolatin2",
    "iso8859-3": "iso-8859-3 iso_8859-3 latin3 l3 csisolatin3",
    "iso8859-4": "iso-8859-4 iso_8859-4 latin4 l4 csisolatin4",
    "iso8859-5": "iso-8859-5 iso_8859-5 cyrillic csisolatincyrillic",
    "iso8859-6": "iso-8859-6 iso_8859-6 arabic ecma-114 asmo-708 csisolatinarabic",
    "iso8859-7": "iso-8859-7 iso_8859-7 greek greek8 ecma-118 sun_eu_greek csisolatingreek",
    "iso8859-8": "iso-8859-8 iso_8859-8 iso-8859-8-i iso-8859-8-e hebrew visual logical",
    "iso8859-10": "iso-8859-10 latin6 l6 csisolatin6",
    "iso8859-13": "iso-8859-13",
    "iso8859-14": "iso-8859-14",
    "iso8859-15": "iso-8859-15 iso_8859-15 latin9 l9 csisolatin9",
    "iso8859-16": "iso-8859-16",
    "koi8-r": "koi koi8 koi8_r cskoi8r",
    "koi8-u": "koi8-ru",
    "mac-roman": "macintosh mac x-mac-roman csmacintosh",
    "mac-cyrillic": "x-mac-cyrillic x-mac-ukrainian",
    "gb18030": (
        "gbk gb2312 gb_2312 gb_2312-80 x-gbk chinese csgb2312 csiso58gb231280 iso-ir-58"
    ),
    "big5hkscs": "big5 big5-hkscs cn-big5 csbig5 x-x-big5",
    "euc_jp": "euc-jp x-euc-jp cseucpkdfmtjapanese",
    "iso2022_jp": "iso-2022-jp csiso2022jp",
    "cp932": "shift_jis shift-jis sjis x-sjis windows-31j ms932 ms_kanji csshiftjis",
    "cp949": "euc-kr cseuckr korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 windows-949",
}  # fmt: skip
_LABELS = {label: name for name, labels in _NAMES.items() for label in (name, *labels.split())}
_IN_HEADER = re.compile(r"(?i)charset\s*=\s*[\"']?\s*([^\s\"';]+)")
_IN_XML = re.compile(r"<\?xml\s[^>]*?encoding\s*=\s*[\"']([\w.:-]+)")
_IN_CONTENT = re.compile(r"(?i)charset\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s;\"']+))")


def codec_of(label: str) -> str:
    """Return Python's name of the charset that a label means on the web; empty if it means none."""
    return _LABELS.get(label.strip().lower(), "")


def decoded(body: bytes, content_type: str) -> str:
    """Return the text of a body. Never raises: what cannot be read is replaced."""
    for mark, codec in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(codec, errors="replace")
    if codec := declared(body, content_type):
        return body.decode(codec, errors="replace")
    try:
        # What was cut off inside a character is no reason to doubt the rest.
        return getincrementaldecoder("utf-8")().decode(body)
    except UnicodeDecodeError as error:
        return body.decode(guessed(body, error.start), errors="replace")


def declared(body: bytes, content_type: str) -> str:
    """Return what the header says, else what the page says of itself; empty if neither does."""
    found = _IN_HEADER.search(content_type)
    return (codec_of(found[1]) if found else "") or in_page(body)


def in_page(body: bytes) -> str:
    """Return the charset that a page names at its beginning; empty where it names none."""
    beginning = body[:PRESCAN].decode("latin-1")
    if found := _IN_XML.match(beginning):
        labels = [found[1]]
    else:
        tags = TOKEN.findall(beginning)
        labels = [_in_meta(attributes(said)) for *_, tag, said in tags if tag.lower() == "meta"]
    codec = next(filter(None, map(codec_of, labels)), "")
    # Who can read this in ASCII does not read UTF-16.
    return "utf-8" if codec.startswith("utf-16") else codec


def guessed(body: bytes, near: int = 0) -> str:
    """Guess a charset by some bytes from where the first that is no UTF-8 stands."""
    start = max(0, near - LOOKED_AT // 8)
    found = from_bytes(body[start : start + LOOKED_AT]).best()
    return (codec_of(found.encoding.replace("_", "-")) or found.encoding) if found else "utf-8"


def _in_meta(said: dict[str, str]) -> str:
    if "charset" in said:
        return said["charset"]
    if said.get("http-equiv", "").lower() != "content-type":
        return ""
    found = _IN_CONTENT.search(said.get("content", ""))
    return next(filter(None, found.groups()), "") if found else ""
