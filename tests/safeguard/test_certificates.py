"""The authority: made once, whole and closed to others; never made anew by itself."""

import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from safeguard.certificates import (
    DH_FILE,
    KEY_FILE,
    PUBLIC_FILES,
    Authority,
    ensure,
    trust_bundle,
)
from safeguard.problems import UnusableError

NOW = datetime(2026, 9, 1, tzinfo=UTC)


@pytest.fixture
def made(tmp_path: Path) -> Authority:
    return ensure(tmp_path, "Oak Tree School", NOW)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_key_is_readable_by_its_owner_alone(made: Authority) -> None:
    assert mode_of(made.folder) == 0o700
    assert mode_of(made.key_file) == 0o600


def test_the_certificate_is_an_authority_of_the_school_for_ten_years(made: Authority) -> None:
    certificate = x509.load_pem_x509_certificate(made.certificate.read_bytes())
    extensions = certificate.extensions
    assert made.common_name == "Oak Tree School web filter"
    assert made.expires - NOW == timedelta(days=3653)
    assert isinstance(certificate.public_key(), ec.EllipticCurvePublicKey)
    basic = extensions.get_extension_for_class(x509.BasicConstraints)
    assert basic.critical
    assert (basic.value.ca, basic.value.path_length) == (True, 0)
    usage = extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert usage.value.key_cert_sign
    assert not usage.value.digital_signature
    assert extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest


def test_the_public_files_hold_no_key(made: Authority) -> None:
    for name in PUBLIC_FILES:
        assert b"PRIVATE" not in (made.folder / name).read_bytes()
    der = (made.folder / "safeguard-ca.cer").read_bytes()
    assert x509.load_der_x509_certificate(der).not_valid_after_utc == made.expires


def test_the_parameters_file_holds_the_group_of_rfc_7919(made: Authority) -> None:
    parameters = serialization.load_pem_parameters((made.folder / DH_FILE).read_bytes())
    prime = parameters.parameter_numbers().p
    assert prime.bit_length() == 2048
    assert hex(prime).startswith("0xffffffffffffffffadf85458a2bb4a9a")  # as RFC 7919 prints it
    assert hex(prime).endswith("886b423861285c97ffffffffffffffff")
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_dh_params(str(made.folder / DH_FILE))


def test_a_second_start_finds_the_same_authority(made: Authority, tmp_path: Path) -> None:
    assert ensure(tmp_path, "Renamed School", NOW) == made


def test_a_long_school_name_fits_the_certificate(tmp_path: Path) -> None:
    common_name = ensure(tmp_path, "x" + "Š" * 100, NOW).common_name
    assert 63 <= len(common_name.encode()) <= 64
    assert common_name.endswith(" web filter")


def test_public_files_that_were_deleted_are_written_again(made: Authority, tmp_path: Path) -> None:
    before = made.certificate.read_bytes()
    for name in (*PUBLIC_FILES, DH_FILE):
        (made.folder / name).unlink()
    assert ensure(tmp_path, "Oak Tree School", NOW) == made
    assert made.certificate.read_bytes() == before


def test_a_missing_key_is_never_replaced(made: Authority, tmp_path: Path) -> None:
    made.key_file.unlink()
    with pytest.raises(UnusableError, match=r"key .* is missing.*backup"):
        ensure(tmp_path, "Oak Tree School", NOW)
    assert not made.key_file.exists()


def test_a_key_that_others_can_read_stops_the_start(made: Authority, tmp_path: Path) -> None:
    made.key_file.chmod(0o640)
    with pytest.raises(UnusableError, match="chmod 600"):
        ensure(tmp_path, "Oak Tree School", NOW)


def test_an_expired_authority_stops_the_start(made: Authority, tmp_path: Path) -> None:
    with pytest.raises(UnusableError, match=r"expired on .*2036"):
        ensure(tmp_path, "Oak Tree School", made.expires)


@pytest.mark.parametrize("content", [b"", b"nonsense", b"-----BEGIN PRIVATE KEY-----\n"])
def test_a_broken_key_file_stops_the_start(made: Authority, tmp_path: Path, content: bytes) -> None:
    made.key_file.write_bytes(content)
    with pytest.raises(UnusableError, match="cannot be read"):
        ensure(tmp_path, "Oak Tree School", NOW)


def test_a_key_of_another_certificate_stops_the_start(made: Authority, tmp_path: Path) -> None:
    other = ensure(tmp_path / "other", "Other", NOW)
    key = other.key_file.read_bytes().partition(b"-----BEGIN CERT")[0]
    made.key_file.write_bytes(key + made.certificate.read_bytes())
    with pytest.raises(UnusableError, match="do not match"):
        ensure(tmp_path, "Oak Tree School", NOW)


def test_a_folder_that_cannot_be_made_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "ca").mkdir()
    (tmp_path / "ca" / "notes.txt").write_text("in the way")
    with pytest.raises(UnusableError, match="cannot be made"):
        ensure(tmp_path, "Oak Tree School", NOW)


def test_a_file_in_place_of_the_data_folder_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(UnusableError, match="cannot be made"):
        ensure(tmp_path / "data", "Oak Tree School", NOW)


def test_the_key_file_goes_by_the_name_that_mitmproxy_fixes(made: Authority) -> None:
    assert made.key_file.name == KEY_FILE == "mitmproxy-ca.pem"


def test_without_extra_authorities_there_is_no_bundle(tmp_path: Path) -> None:
    assert trust_bundle(tmp_path, None) is None


def test_the_bundle_holds_the_public_authorities_and_the_extra_ones(
    made: Authority, tmp_path: Path
) -> None:
    bundle = trust_bundle(tmp_path, made.certificate)
    assert bundle is not None
    public = Path(certifi.where()).read_bytes().rstrip()
    assert bundle.read_bytes() == public + b"\n" + made.certificate.read_bytes()
    ssl.create_default_context(cafile=str(bundle))


@pytest.mark.parametrize("content", [None, b"not a certificate"])
def test_an_extra_file_that_cannot_be_used_is_named(tmp_path: Path, content: bytes | None) -> None:
    extra = tmp_path / "extra.pem"
    if content is not None:
        extra.write_bytes(content)
    with pytest.raises(UnusableError, match=r"proxy\.upstream_ca .*extra\.pem"):
        trust_bundle(tmp_path, extra)
