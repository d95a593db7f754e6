"""Google's directory, as its documentation shows its answers: units, pages, quotas."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from safeguard.core.rolls import Told
from safeguard.directories import google
from safeguard.directories.google import Account, Google, account_of, assertion, token_of
from safeguard.directories.port import DirectoryError
from safeguard.directories.web import Asker, opened
from tests.safeguard.directories.web_server import Answer, WebServer

USERS = "/admin/directory/v1/users"
UNITS = {"/Pupils/Year 7": "year-7", "/Pupils": "secondary", "/Staff": "staff"}


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def user(number: int, name: str, unit: str, **more: Any) -> dict[str, Any]:
    login = f"{name.split(maxsplit=1)[0]}@School.example"
    return {"id": str(number), "primaryEmail": login, "name": {"fullName": name},
            "suspended": False, "archived": False, "orgUnitPath": unit, **more}  # fmt: skip


@contextmanager
def directory(web: WebServer, key: rsa.RSAPrivateKey, otherwise: str = "") -> Iterator[Google]:
    web.says("/token", {"access_token": "t1"})
    account = Account("reader@project.example", key, "admin@school.example", f"{web.address}/token")
    with opened(5, None) as client:
        asker = Asker(
            "Google", web.address, lambda: token_of(client, account, lambda: 1000.5), client,
            lambda _s: None, throttles=google.throttled,
        )  # fmt: skip
        yield Google(asker, "my_customer", UNITS, otherwise)


def test_everyone_is_told_of_over_pages_with_the_group_of_the_deepest_unit_named_first(
    web: WebServer, key: rsa.RSAPrivateKey
) -> None:
    number = [{"value": "x", "type": "custom"}, {"value": "17", "type": "organization"}]
    web.says(
        USERS,
        {"users": [user(1, "Ada Example", "/Pupils/Year 7/7B", externalIds=number),
                   user(2, "Ben Example", "/Pupils"), user(3, "Cy Gone", "/Pupils", suspended=True)],
         "nextPageToken": "two"},
        {"users": [user(4, "Dee Other", "/Visitors"), user(5, "Eve Old", "/Staff", archived=True),
                   user(6, "Flo Pupilsson", "/PupilsOfOld"), {"id": "7", "orgUnitPath": "/Staff"}]},
    )  # fmt: skip
    with directory(web, key) as one:
        reading = one.read("ignored", ())
        assert (one.name, set(one.into)) == ("google", {"year-7", "secondary", "staff"})
    assert reading.people == (
        Told("Ada Example", "year-7", "1", "17", "ada@school.example"),
        Told("Ben Example", "secondary", "2", "", "ben@school.example"),
    )
    assert reading.whole
    assert "pageToken=two" in web.paths()[-1]


def test_whoever_is_in_no_unit_has_the_group_for_the_others(
    web: WebServer, key: rsa.RSAPrivateKey
) -> None:
    web.says(USERS, {"users": [user(4, "Dee Other", "/Visitors") | {"name": "odd"}]})
    with directory(web, key, "guest") as one:
        assert one.read("", ()).people[0] == Told(
            "dee@school.example", "guest", "4", "", "dee@school.example"
        )


def test_the_account_signs_who_it_is_and_in_whose_name(
    web: WebServer, key: rsa.RSAPrivateKey
) -> None:
    web.says(USERS, {"users": []})
    with directory(web, key) as one:
        one.read("", ())
    head, claims, signature = web.asked[0].form["assertion"][0].split(".")
    key.public_key().verify(
        base64.urlsafe_b64decode(signature + "=="), f"{head}.{claims}".encode(),
        padding.PKCS1v15(), hashes.SHA256(),
    )  # fmt: skip
    said = json.loads(base64.urlsafe_b64decode(claims + "=="))
    assert (said["iss"], said["sub"]) == ("reader@project.example", "admin@school.example")
    assert (said["iat"], said["exp"], said["scope"]) == (1000, 4600, google.SCOPE)
    assert said["aud"] == f"{web.address}/token"


def test_a_quota_is_waited_for_and_a_refusal_is_not(web: WebServer, key: rsa.RSAPrivateKey) -> None:
    full = {"error": {"errors": [{"reason": "quotaExceeded"}]}}
    web.says(USERS, Answer(full, 403), {"users": [user(2, "Ben Example", "/Pupils")]})
    with directory(web, key) as one:
        assert len(one.read("", ()).people) == 1
        web.says(USERS, Answer({"error": {"errors": [{"reason": "forbidden"}]}}, 403))
        with pytest.raises(DirectoryError, match="may not read users"):
            one.read("", ())
        web.says(USERS, Answer({"error": "odd"}, 403))
        with pytest.raises(DirectoryError, match="may not read users"):
            one.read("", ())


def test_an_account_that_is_not_let_in_is_a_sentence(
    web: WebServer, key: rsa.RSAPrivateKey
) -> None:
    with directory(web, key) as one:
        web.says("/token", Answer({"error": "unauthorized_client"}, 401))
        with pytest.raises(DirectoryError, match="domain-wide delegation"):
            one.read("", ())


def test_a_directory_without_end_is_refused(
    web: WebServer, key: rsa.RSAPrivateKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = {"users": [user(2, "Ben Example", "/Pupils")], "nextPageToken": "again"}
    web.says(USERS, page)
    with directory(web, key) as one:
        monkeypatch.setattr(google, "MOST_PAGES", 3)
        with pytest.raises(DirectoryError, match="no end"):
            one.read("", ())
        monkeypatch.setattr(google, "MOST_PEOPLE", 0)
        with pytest.raises(DirectoryError, match="no end"):
            one.read("", ())


def test_the_key_file_is_read_or_a_sentence_says_why_not(
    tmp_path: Path, key: rsa.RSAPrivateKey
) -> None:
    def pem(one: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
        return one.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()

    file = tmp_path / "key.json"
    file.write_text(json.dumps({"client_email": "r@p.example", "private_key": pem(key)}))
    account = account_of(file, "admin@school.example", "https://x.example")
    assert account.email == "r@p.example"
    assert assertion(account, 0).count(".") == 2
    other = pem(ec.generate_private_key(ec.SECP256R1()))
    for content in (
        "no", "{}", "[]", json.dumps({"client_email": "r@p.example", "private_key": "no"}),
        json.dumps({"client_email": "r@p.example", "private_key": other}),
        json.dumps({"client_email": 3, "private_key": pem(key)}),
    ):  # fmt: skip
        file.write_text(content)
        with pytest.raises(DirectoryError, match="not the JSON key of a service account"):
            account_of(file, "a", "b")
    with pytest.raises(DirectoryError, match="cannot be read"):
        account_of(tmp_path / "none.json", "a", "b")
