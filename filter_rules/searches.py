"""Read the words that a person typed into a search from the address that they ask for.

SITES says, site by site, on which paths the words stand and under which names. A path
covers what lies below it; `*` is any one segment; `{words}` is where the words stand in the
path itself. What completes words while they are being typed has paths of its own, which
are not here: half a word is not what a person meant to ask.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, zip_longest
from urllib.parse import parse_qsl, unquote, unquote_plus

from filter_rules.urls import Url

MOST_FIELDS = 100  # of a query; an address with more is no search


@dataclass(frozen=True, slots=True)
class At:
    """Some paths of a site, and the names under which the words stand there."""

    paths: tuple[str, ...]
    names: tuple[str, ...] = ("q",)


@dataclass(frozen=True, slots=True)
class Site:
    """A site and all below it. `google.*` is that name in every country.

    `engine`: people go there to search the whole web, or to ask a machine that does.
    """

    domains: tuple[str, ...]
    searches: tuple[At, ...]
    engine: bool = False


def _engine(*domains: str, paths: tuple[str, ...], names: tuple[str, ...] = ("q",)) -> Site:
    return Site(domains, (At(paths, names),), engine=True)


def _site(*domains: str, paths: tuple[str, ...], names: tuple[str, ...] = ("q",)) -> Site:
    return Site(domains, (At(paths, names),))


_TABS = ("/search", "/images", "/videos", "/news", "/maps", "/shopping")

SITES: tuple[Site, ...] = (
    # Search engines.
    Site(
        ("google.*",),
        (
            At(
                ("/", "/search", "/webhp", "/imghp", "/images", "/videohp", "/m", "/custom", "/cse"),
                ("q", "as_q", "as_epq", "as_oq"),
            ),
            At(("/scholar", "/store/search", "/maps", "/finance", "/advanced_search")),
            At(("/maps/search/{words}", "/maps/place/{words}")),
        ),
        engine=True,
    ),
    Site(
        ("bing.com",),
        (
            At(("/search", "/images/search", "/videos/search", "/news/search", "/shop", "/maps")),
            At(("/chat", "/copilotsearch", "/images/create", "/translator"), ("q", "text")),
        ),
        engine=True,
    ),
    _engine("duckduckgo.com", "duck.com", paths=("/", "/html", "/lite", "/i.js", "/v.js", "/news.js")),
    Site(
        ("search.yahoo.*", "search.yahoo.com", "search.yahoo.co.jp"),
        (At(("/search", "/mobile/s", "/yhs/search", "/image/search", "/video/search"), ("p", "q")),),
        engine=True,
    ),
    _engine("ecosia.org", paths=(*_TABS, "/ai-search", "/chat")),
    _engine("qwant.com", paths=("/", "/v3/search", "/web", "/images", "/videos", "/news")),
    _engine("search.brave.com", paths=(*_TABS, "/goggles", "/ask")),
    _engine(
        "startpage.com",
        paths=("/sp/search", "/do/search", "/do/dsearch", "/do/metasearch.pl", "/search"),
        names=("query", "q"),
    ),
    _engine(
        "yandex.*", "ya.ru", "yandex.com.tr",
        paths=("/search", "/yandsearch", "/images", "/video", "/images/search", "/video/search"),
        names=("text",),
    ),
    _engine("baidu.com", paths=("/s", "/search", "/baidu", "/sf", "/ns"), names=("wd", "word", "kw")),
    _engine("ask.com", paths=("/web", "/pictures", "/news", "/youtube")),
    _engine("aol.com", "aol.co.uk", paths=("/aol/search", "/aol/image", "/aol/video", "/search"), names=("q", "query")),
    _engine("swisscows.com", "swisscows.ch", paths=("/*/web", "/*/images", "/*/video", "/*/news", "/web"), names=("query", "q")),
    _engine("mojeek.com", "mojeek.co.uk", paths=("/search",)),
    _engine("kagi.com", paths=(*_TABS, "/assistant", "/html/search")),
    _engine("sogou.com", "m.sogou.com", paths=("/web", "/pics"), names=("query", "keyword")),
    _engine("search.naver.com", paths=("/search.naver",), names=("query",)),
    _engine("seznam.cz", "search.seznam.cz", paths=("/", "/obrazky"), names=("q",)),
    _engine("dogpile.com", "webcrawler.com", "metager.org", "metager.de", "presearch.com", "gibiru.com", "lukol.com",
            paths=("/serp", "/meta/meta.ger3", "/search", "/results.html"), names=("q", "eingabe")),
    _engine("search.marginalia.nu", "searx.be", "searx.space", "search.sapti.me", "yep.com", "stract.com", "wiby.me",
            paths=("/", "/search", "/web"), names=("q", "query")),
    # Search made for children.
    _engine("kiddle.co", paths=("/s.php",)),
    _engine("swiggle.org.uk", "safesearchkids.com", "kidrex.org", "kidzsearch.com", "kidtopia.info", "alarms.org",
            paths=("/", "/search", "/results", "/kids-search", "/kz/search", "/kidrex/results")),
    # Machines that answer: the prompt stands in the address when it comes from elsewhere.
    _engine("perplexity.ai", paths=("/", "/search", "/search/new")),
    _engine("chatgpt.com", "chat.openai.com", paths=("/", "/g/*"), names=("q", "prompt")),
    _engine("claude.ai", paths=("/new", "/chats"), names=("q", "prompt")),
    _engine("gemini.google.com", "aistudio.google.com", paths=("/app", "/prompts/new_chat", "/prompt"), names=("q", "prompt", "prompt_text")),
    _engine("copilot.microsoft.com", "copilot.cloud.microsoft", paths=("/", "/chats"), names=("q", "prompt")),
    _engine("you.com", "phind.com", "andisearch.com", "felo.ai", "komo.ai", "iask.ai", "consensus.app",
            paths=("/", "/search"), names=("q", "query")),
    _engine("chat.mistral.ai", "grok.com", "meta.ai", "chat.deepseek.com", "poe.com", "duck.ai", "pi.ai", "huggingface.co",
            paths=("/", "/chat", "/new"), names=("q", "prompt", "text")),
    # Video, pictures, social media.
    _site("youtube.com", "youtube-nocookie.com", "youtubekids.com", paths=("/results", "/search", "/hashtag/{words}"),
          names=("search_query", "q")),
    Site(("tiktok.com",), (
        At(("/search", "/api/search/general/full", "/api/search/item/full"), ("q", "keyword")),
        At(("/tag/{words}", "/discover/{words}")),
    )),
    _site("reddit.com", paths=("/search", "/r/*/search", "/user/*/search")),
    _site("twitter.com", "x.com", paths=("/search", "/hashtag/{words}", "/i/grok"), names=("q", "text")),
    _site("pinterest.*", paths=("/search", "/ideas/{words}")),
    _site("instagram.com", paths=("/explore/tags/{words}", "/explore/search/keyword")),
    _site("facebook.com", paths=("/search", "/hashtag/{words}", "/watch/search")),
    _site("tumblr.com", paths=("/search/{words}", "/tagged/{words}", "/search")),
    _site("threads.net", "threads.com", "bsky.app", "quora.com", "imgur.com", "snapchat.com", "vimeo.com",
          "deviantart.com", "soundcloud.com", "discord.com", "medium.com", "flickr.com",
          paths=("/search", "/explore/search"), names=("q", "query", "text")),
    _site("giphy.com", "tenor.com", "dailymotion.com", "open.spotify.com", "wattpad.com", "unsplash.com", "pexels.com",
          paths=("/search/{words}", "/*/search/{words}", "/s/photos/{words}")),
    _site("twitch.tv", paths=("/search",), names=("term",)),
    _site("archiveofourown.org", paths=("/works/search", "/works"), names=("work_search[query]",)),
    _site("archive.org", paths=("/search", "/search.php", "/advancedsearch.php"), names=("query", "q")),
    _site("wikipedia.org", "wiktionary.org", "simple.wikipedia.org", "fandom.com", "wikihow.com",
          paths=("/w/index.php", "/wiki/Special:Search", "/wikiHowTo"), names=("search", "query")),
    # Shops and translators.
    _site("amazon.*", paths=("/s", "/gp/aw/s"), names=("k", "field-keywords")),
    _site("ebay.*", paths=("/sch",), names=("_nkw",)),
    _site("etsy.com", "aliexpress.com", "argos.co.uk", paths=("/search", "/w/wholesale", "/search/{words}"),
          names=("q", "SearchText")),
    _site("translate.google.*", paths=("/", "/translate_t"), names=("text", "q")),
)  # fmt: skip

_COUNTRY = re.compile(r"\.(?:(?:com?|org?|net?|gov|ac)\.[a-z]{2}|[a-z]{2}|com|net|cat)$")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")


@dataclass(frozen=True, slots=True)
class _Place:
    path: re.Pattern[str]
    names: frozenset[str]


def _compiled(path: str) -> re.Pattern[str]:
    pattern = re.escape(path.rstrip("/")).replace(r"\*", "[^/]+")
    if path == "/":
        return re.compile("/")
    return re.compile(pattern.replace(r"\{words\}", "([^/]+)") + "(?:[/;].*)?")


_PLACES = {
    domain: tuple(
        _Place(_compiled(path), frozenset(at.names)) for at in site.searches for path in at.paths
    )
    for site in SITES
    for domain in site.domains
}
_ENGINES = frozenset(domain for site in SITES if site.engine for domain in site.domains)


def typed_words(url: Url) -> str:
    """Return the words typed, or an empty text where the address is no search."""
    places = next((_PLACES[name] for name in _names(url.host) if name in _PLACES), ())
    words: dict[str, None] = {}
    for place in places:
        if found := place.path.fullmatch(url.path):
            words |= dict.fromkeys(map(unquote_plus, filter(None, found.groups())))
            words |= dict.fromkeys(_fields(url.query, place.names))
    return " ".join(words).strip()


def is_search_engine(host: str) -> bool:
    """Say whether people go to this host to search the web, or to ask a machine that does."""
    return next((name in _ENGINES for name in _names(host) if name in _PLACES), False)


def _names(host: str) -> Iterator[str]:
    """Return the names that may stand for a host in SITES, longest first."""
    country = _COUNTRY.search(host)
    everywhere = f"{host[: country.start()]}.*" if country else ""
    pairs = zip_longest(_upwards(host), _upwards(everywhere), fillvalue="")
    return filter(None, chain.from_iterable(pairs))


def _upwards(name: str) -> Iterator[str]:
    while name:
        yield name
        name = name.partition(".")[2]


def _fields(query: str, names: frozenset[str]) -> Iterator[str]:
    try:
        fields = parse_qsl(query, max_num_fields=MOST_FIELDS, encoding="utf-8", errors="replace")
    except ValueError:
        return iter(())
    return (_decoded(value) for name, value in fields if name in names)


def _decoded(value: str) -> str:
    """Undo a second layer of escapes, which only a way round a filter would add."""
    return unquote(value).replace("+", " ") if _ESCAPE.search(value) else value
