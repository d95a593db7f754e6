"""Table: search engines, maps and translators, and where their words stand."""

from filter_rules.typed.site import At, Sent, Site, engine, site
from filter_rules.types import Kind

_TABS = ("/search", "/images", "/videos", "/news", "/maps", "/shopping")
_HTML = ("/", "/html", "/lite")

ENGINES: tuple[Site, ...] = (
    Site(
        ("google.*",),
        (
            At(
                ("/", "/search", "/webhp", "/imghp", "/images", "/videohp", "/m", "/custom", "/cse",
                 "/async/folif", "/async/folsrch", "/ai"),
                ("q", "as_q", "as_epq", "as_oq"),
            ),
            At(("/scholar", "/store/search", "/maps", "/finance", "/advanced_search")),
            At(("/maps/search/{words}", "/maps/place/{words}")),
        ),
        half=(At(("/complete/search", "/s")),),
        engine=True,
    ),
    Site(
        ("bing.com",),
        (
            At(("/search", "/images/search", "/videos/search", "/news/search", "/shop", "/maps")),
            At(("/chat", "/copilotsearch", "/images/create", "/translator"), ("q", "text")),
        ),
        (Sent(("/ttranslatev3",), ("text",), Kind.SEARCH),
         Sent(("/sydney/ChatHub",), ("arguments[].message.text",))),
        half=(At(("/AS/Suggestions",), ("qry", "q")),),
        engine=True,
    ),
    Site(
        ("duckduckgo.com", "duck.com"),
        (At((*_HTML, "/i.js", "/v.js", "/news.js")),),
        (Sent(("/duckchat/v1/chat",), ("messages[role=user][-1].content",)),),
        half=(At(("/ac",)),),
        shown=("message",),
        engine=True,
    ),
    Site(
        ("search.yahoo.*", "search.yahoo.com", "search.yahoo.co.jp"),
        (At(("/search", "/mobile/s", "/yhs/search", "/image/search", "/video/search"), ("p", "q")),),
        half=(At(("/sugg",), ("command", "q")),),
        engine=True,
    ),
    Site(("ecosia.org",), (At((*_TABS, "/ai-search", "/chat")),), half=(At(("/autocomplete",)),),
         engine=True),
    Site(("qwant.com",), (At(("/", "/v3/search", "/web", "/images", "/videos", "/news")),),
         half=(At(("/v3/suggest",)),), engine=True),
    Site(("search.brave.com",), (At((*_TABS, "/goggles", "/ask")),), half=(At(("/api/suggest",)),),
         engine=True),
    Site(
        ("startpage.com",),
        (At(("/sp/search", "/do/search", "/do/dsearch", "/do/metasearch.pl", "/search"),
            ("query", "q")),),
        half=(At(("/suggestions", "/osuggestions")),),
        engine=True,
    ),
    Site(
        ("yandex.*", "ya.ru", "yandex.com.tr"),
        (At(("/search", "/yandsearch", "/images", "/video", "/images/search", "/video/search"),
            ("text",)),),
        half=(At(("/suggest",), ("part",)),),
        engine=True,
    ),
    Site(("baidu.com",), (At(("/s", "/search", "/baidu", "/sf", "/ns"), ("wd", "word", "kw")),),
         half=(At(("/sugrec",), ("wd",)),), engine=True),
    engine("ask.com", paths=("/web", "/pictures", "/news", "/youtube")),
    engine("aol.com", "aol.co.uk", paths=("/aol/search", "/aol/image", "/aol/video", "/search"),
           names=("q", "query")),
    engine("swisscows.com", "swisscows.ch", names=("query", "q"),
           paths=("/*/web", "/*/images", "/*/video", "/*/news", "/web")),
    engine("mojeek.com", "mojeek.co.uk", paths=("/search",)),
    Site(("kagi.com",), (At((*_TABS, "/html/search")), At(("/assistant",), kind=Kind.CHAT)),
         (Sent(("/assistant/prompt",), ("focus.prompt", "prompt")),),
         half=(At(("/api/autosuggest",)),), engine=True),
    engine("sogou.com", "m.sogou.com", paths=("/web", "/pics"), names=("query", "keyword")),
    engine("search.naver.com", paths=("/search.naver",), names=("query",)),
    engine("seznam.cz", "search.seznam.cz", paths=("/", "/obrazky"), names=("q",)),
    engine("dogpile.com", "webcrawler.com", "metager.org", "metager.de", "presearch.com",
           "gibiru.com", "lukol.com", "metacrawler.com", "info.com", "lycos.com", "search.com",
           paths=("/serp", "/meta/meta.ger3", "/search", "/results.html", "/web"),
           names=("q", "eingabe")),
    engine("search.marginalia.nu", "searx.be", "searx.space", "search.sapti.me", "yep.com",
           "stract.com", "wiby.me", "priv.au", "searxng.site", "lilo.org", "entireweb.com",
           "oceanhero.today", "peekier.com", "search.disroot.org", "etools.ch", "4get.ca",
           paths=("/", "/search", "/web", "/searchresults", "/searchweb.php", "/searchSubmit.do"),
           names=("q", "query", "s")),
    # Search made for children.
    engine("kiddle.co", paths=("/s.php", "/v.php", "/n.php", "/k.php")),
    engine("swiggle.org.uk", "safesearchkids.com", "kidrex.org", "kidzsearch.com", "kidtopia.info",
           "alarms.org", "kidssearch.com", "wackysafe.com", "kidoz.net", "fragfinn.de",
           "blinde-kuh.de", "qwantjunior.com", "juniorsafesearch.com",
           paths=("/", "/search", "/results", "/kids-search", "/kz/search", "/kz2/search",
                  "/kidrex/results", "/search-results", "/boolify"),
           names=("q", "query", "search")),
    # Maps.
    site("openstreetmap.org", paths=("/search",), names=("query", "q")),
    site("maps.apple.com", "waze.com", "mapquest.com", "streetmap.co.uk", "wego.here.com",
         paths=("/", "/search", "/search/results", "/live-map", "/search.srf"),
         names=("q", "query", "search", "where")),
    # Translators.
    Site(
        ("translate.google.*",),
        (At(("/", "/translate_t"), ("text", "q")),),
        (Sent(("/_/TranslateWebserverUi/data/batchexecute",), ("'f.req'[][][1][0][0]",),
              Kind.SEARCH),),
    ),
    Site(("translate.googleapis.com", "translate-pa.googleapis.com"),
         (At(("/translate_a/single", "/v1/translate"), ("q", "query.text")),),
         # Browsers send the pages that they translate there, which nobody typed.
         (Sent(("/translate_a/t", "/v1/translateHtml"), ()),)),
    Site(
        ("deepl.com",),
        (At(("/translator", "/*/translator"), ("text",)),),
        (Sent(("/jsonrpc", "/v2/translate"),
              ("params.jobs[].sentences[].text", "params.texts[].text", "text"), Kind.SEARCH),),
    ),
    Site(("reverso.net",), (At(("/text-translation",), ("text",)),),
         (Sent(("/translate/v1/translation",), ("input",), Kind.SEARCH),)),
)  # fmt: skip
