"""Settings: the file, the environment, and a clear sentence for whatever is not allowed."""

from pathlib import Path

import pytest

from safeguard.problems import UnusableError
from safeguard.settings import Settings, is_loopback, load


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "school.toml"


def test_without_a_file_the_defaults_hold() -> None:
    settings = load()
    assert (settings.proxy.listen, settings.proxy.port) == ("127.0.0.1", 8080)
    assert settings.dns.port == 5353
    assert settings.admin.port == 8000


def test_a_file_sets_what_it_names(file: Path) -> None:
    file.write_text('[school]\nname = "Hill School"\n[dns]\nupstreams = ["udp://192.0.2.1:53"]\n')
    settings = load(config=file)
    assert settings.school.name == "Hill School"
    assert settings.dns.upstreams == ("udp://192.0.2.1:53",)
    assert settings.proxy.port == 8080


def test_a_file_in_the_data_folder_is_found_by_itself(tmp_path: Path) -> None:
    (tmp_path / "safeguard.toml").write_text("[proxy]\nport = 3128\n")
    assert load(data=tmp_path).proxy.port == 3128


def test_the_environment_wins_over_the_file_key_by_key(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text("[proxy]\nport = 3128\nworkers = 3\n")
    monkeypatch.setenv("SAFEGUARD_PROXY__PORT", "3129")
    proxy = load(config=file).proxy
    assert (proxy.port, proxy.workers) == (3129, 3)


def test_the_data_option_wins_over_environment_and_file(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text(f'data = "{tmp_path / "file"}"\n')
    monkeypatch.setenv("SAFEGUARD_DATA", str(tmp_path / "environment"))
    assert load().data == tmp_path / "environment"
    assert load(config=file).data == tmp_path / "environment"
    assert load(tmp_path / "option", file).data == tmp_path / "option"


def test_an_empty_variable_counts_as_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAFEGUARD_PROXY__UPSTREAM_CA", "")
    assert load().proxy.upstream_ca is None


def test_several_values_are_given_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAFEGUARD_PROXY__ALLOW_NETWORKS", "127.0.0.0/8, ::1")
    monkeypatch.setenv("SAFEGUARD_DNS__UPSTREAMS", "udp://127.0.0.1:5390,tcp://[::1]:53")
    monkeypatch.setenv("SAFEGUARD_SEALED__REQUIRED", "iwf-urls, ctiru")
    settings = load()
    assert settings.sealed.required == ("iwf-urls", "ctiru")
    assert settings.proxy.allow_networks == ("127.0.0.0/8", "::1")
    assert settings.dns.upstreams == ("udp://127.0.0.1:5390", "tcp://[::1]:53")


BAD = [
    ("[proxy]\nport = 99999", "proxy.port is 99999"),
    ("[proxy]\nport = 'web'", "proxy.port is 'web'"),
    ("[proxi]\nport = 1", "there is no setting 'proxi'. Known here: admin"),
    ("[proxy]\nprot = 1", "there is no setting 'proxy.prot'. Known here: allow_networks"),
    ("[dns]\nupstreams = ['192.0.2.1']", "dns.upstreams is '192.0.2.1'"),
    ("[dns]\nblocked_answer = 'page'", "Input should be 'nxdomain', 'null' or 'refused'"),
    ("[proxy]\nallow_networks = ['10.0.0']", "proxy.allow_networks"),
    ("[school]\ntimezone = 'Mars/Base'", "a time zone name such as Europe/London"),
    ("[admin]\nlisten = '0.0.0.0'", "plain http on 0.0.0.0"),
    ("[admin]\ncert = 'a.pem'", "cert and key go together"),
    ("[sealed]\nrequired = ['../x']", "sealed.required is '../x'"),
    ("[sealed]\nstance = 'pass'", "Input should be 'block' or 'warn'"),
    ("[proxy", "is not valid TOML"),
]


@pytest.mark.parametrize(("text", "says"), BAD, ids=[says for _, says in BAD])
def test_a_bad_value_is_one_sentence_with_file_key_found_and_allowed(
    file: Path, text: str, says: str
) -> None:
    file.write_text(text)
    with pytest.raises(UnusableError) as caught:
        load(config=file)
    assert says in str(caught.value)
    assert str(file) in str(caught.value)


def test_a_bad_variable_is_blamed_on_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAFEGUARD_DNS__PORT", "fifty")
    with pytest.raises(UnusableError, match=r"^the environment: dns\.port is 'fifty'"):
        load()


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableError, match="cannot be read"):
        load(config=tmp_path / "absent.toml")


def test_the_site_may_leave_this_machine_with_a_certificate(file: Path) -> None:
    file.write_text("[admin]\nlisten = '192.0.2.7'\ncert = 'a.pem'\nkey = 'a.key'\n")
    assert load(config=file).admin.listen == "192.0.2.7"


@pytest.mark.parametrize(
    ("listen", "loopback"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True),
     ("0.0.0.0", False), ("10.0.0.1", False), ("school.example", False)],
)  # fmt: skip
def test_loopback_is_what_only_this_machine_reaches(listen: str, *, loopback: bool) -> None:
    assert is_loopback(listen) is loopback


def test_every_setting_says_what_it_is() -> None:
    for name, field in Settings.model_fields.items():
        section = field.annotation
        nested = getattr(section, "model_fields", None)
        for key, one in (nested or {name: field}).items():
            assert one.description, f"{name}.{key}"
