"""What is never read, whoever sends it: passwords, codes, cards, tokens; and what is no words.

A field is known by its name, and what it holds by its shape. Shapes catch what is named oddly;
neither is certain, so both are asked.
"""

import re
from dataclasses import dataclass

_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_a-zA-Z]+")
# Anywhere in a name, of the field or of what holds it.
_SECRET = re.compile(
    "passw|passphrase|passcode|pwd|secret|credential|csrf|xsrf|captcha|turnstile|cardnum|cardno"
    "|creditcard|debitcard|securitycode|onetime|apikey|accesskey|privatekey|viewstate|authenticity"
    "|sortcode|accountnum|motdepasse|contrasena|kennwort|passwort|haslo|parola|senha"
)
# As a word of the name of the field itself.
_SECRET_WORDS = frozenset(
    [
        "pass",
        "pin",
        "otp",
        "totp",
        "mfa",
        "2fa",
        "tfa",
        "code",
        "codes",
        "cvv",
        "cvc",
        "cv2",
        "csc",
        "card",
        "cards",
        "ccnum",
        "cc",
        "pan",
        "iban",
        "bic",
        "token",
        "tokens",
        "nonce",
        "auth",
        "authorization",
        "authorisation",
        "authorize",
        "session",
        "sid",
        "cookie",
        "cookies",
        "signature",
        "sig",
        "hash",
        "digest",
        "hmac",
        "key",
        "keys",
        "jwt",
        "assertion",
        "verifier",
        "challenge",
        "ssn",
        "nino",
        "nhs",
        "passport",
        "licence",
        "expiry",
        "exp",
        "dob",
        "birthday",
        "email",
        "mail",
        "username",
        "login",
        "userid",
        "phone",
        "mobile",
        "tel",
        "telephone",
        "postcode",
        "zip",
        "fingerprint",
        "checksum",
        "guid",
        "uuid",
        "id",
        "ids",
    ]
)
_TELLING = frozenset(
    [
        "q",
        "query",
        "search",
        "term",
        "terms",
        "keyword",
        "keywords",
        "text",
        "txt",
        "message",
        "messages",
        "msg",
        "content",
        "contents",
        "comment",
        "comments",
        "caption",
        "prompt",
        "prompts",
        "question",
        "reply",
        "post",
        "tweet",
        "status",
        "bio",
        "note",
        "notes",
        "body",
        "chat",
        "subject",
        "description",
        "input",
        "inputs",
        "answer",
        "essay",
        "story",
        "letter",
        "feedback",
        "reason",
        "markdown",
        "words",
        "topic",
    ]
)
# What programs tell of the pages that they run in: their titles were read, and typed by nobody.
_PROGRAMS = frozenset(
    [
        "title",
        "headline",
        "url",
        "uri",
        "href",
        "referrer",
        "referer",
        "agent",
        "ua",
        "stack",
        "trace",
        "error",
        "exception",
        "html",
        "css",
        "class",
        "selector",
        "breadcrumbs",
        "path",
        "event",
        "locale",
    ]
)
_SHAPES = re.compile(
    r"""
    [\w-]{8,}\.[\w-]{8,}\.[\w-]*                                # a signed token
    | (?:0x)?[0-9a-fA-F]{16,}                                    # a digest, an id
    | \{?[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}\}?
    | [+(]?[0-9][0-9 ().+:/,T-]*Z?                               # a card, a telephone, a date
    | [^\s@]{1,64}@[^\s@]{1,255}                                # an address of mail
    | (?:data|blob|https?|wss?|file|about|javascript):\S*        # an address
    | [a-z]+/[\w.+-]+(?:;\s?[\w.=-]+)*                            # a media type
    | [{<(\[\]>)}#.,:;/\\|_*+=~^%$&!?"'`@ \t\r\n-]*               # nothing but signs
    """,
    re.VERBOSE,
)
_BLOB = re.compile(r"[A-Za-z0-9+/=_.:%|~-]{20,}")
_MIXED = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z])|(?=.*[a-z][A-Z])(?=.*[A-Z]{2})|.*[A-Za-z]={1,2}$")
_WORD = re.compile(r"[^\W\d_]{2,}|[^\W\d_](?=[’'\s]|$)")
_WIDE = re.compile(r"[^\W\d_a-zA-Z\u00aa-\u024f]")
FEWEST_WORDS = 3  # of what is taken for a sentence wherever it stands
_LONGEST_SHAPE = 10_000  # characters; no sentence goes on for so long without a space


@dataclass(frozen=True, slots=True)
class Name:
    """What the name of a field says of what it holds.

    `hides`: all below it is secret. `secret`: what it holds itself is. `telling`: people write
    into it. `of_program`: programs tell of pages and of themselves in it.
    """

    hides: bool
    secret: bool
    telling: bool
    of_program: bool


NO_NAME = Name(hides=False, secret=False, telling=False, of_program=False)


def name_of(name: str) -> Name:
    parts = {part.lower(): None for part in _PARTS.findall(name[:100])}
    hides = _SECRET.search("".join(parts)) is not None
    words = parts.keys()
    return Name(
        hides,
        hides or not _SECRET_WORDS.isdisjoint(words),
        not _TELLING.isdisjoint(words),
        not _PROGRAMS.isdisjoint(words),
    )


def is_no_words(text: str) -> bool:
    """Say whether a string is a token, a number, an address or a blob, and so is not read."""
    text = text.strip()
    if _SHAPES.fullmatch(text):
        return True
    if _BLOB.fullmatch(text):
        return bool(_MIXED.match(text))
    return False


def is_prose(text: str) -> bool:
    """Say whether a string reads as a sentence, whatever its field is named."""
    head = text[:_LONGEST_SHAPE]
    if head.isascii() and head.count(" ") + 1 < FEWEST_WORDS:
        return False  # as most are, of what programs send
    if _WIDE.search(head):
        return True
    words = _WORD.findall(head)
    letters = sum(map(len, words))
    return len(words) >= FEWEST_WORDS and " " in head and letters * 2 >= len(head.replace(" ", ""))
