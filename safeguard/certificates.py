"""The school's certificate authority: made once, kept for ten years, never replaced silently.

Law: devices trust one certificate. Where its key is lost, open to others or expired we stop and
say so; a new authority is made only where there is none.
"""

import os
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import certifi
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dh, ec
from cryptography.x509.oid import NameOID

from safeguard.problems import UnusableError

VALID_FOR = timedelta(days=3653)
CLOCK_SLACK = timedelta(days=1)
LONGEST_COMMON_NAME = 64

# mitmproxy fixes these two names; the other files are for people.
KEY_FILE = "mitmproxy-ca.pem"
DH_FILE = "mitmproxy-dhparam.pem"
PUBLIC_FILES = ("safeguard-ca.pem", "safeguard-ca.cer")
TRUST_FILE = "upstream-trust.pem"


@dataclass(frozen=True, slots=True)
class Authority:
    """The certificate authority as it lies on disk. `certificate` is what devices install."""

    folder: Path
    key_file: Path
    certificate: Path
    common_name: str
    expires: datetime
    fingerprint: str


def ensure(data: Path, school_name: str, now: datetime) -> Authority:
    """Return the authority in DATA/ca, made first where there is none; UnusableError else."""
    folder = data / "ca"
    key_file = folder / KEY_FILE
    if not key_file.exists():
        if any((folder / name).exists() for name in PUBLIC_FILES):
            raise UnusableError(
                f"the key of the certificate authority is missing: {key_file}. Devices trust "
                f"its certificate, so no new one is made by itself. Put {KEY_FILE} back from a "
                f"backup; or remove {folder}, start again, and install the new certificate on "
                "every device"
            )
        _make(data, folder, school_name, now)
    return _opened(folder, key_file, now)


def trust_bundle(data: Path, extra: Path | None) -> Path | None:
    """The public authorities and those of `extra` in one file; None where there is no extra."""
    if extra is None:
        return None
    try:
        ours = extra.read_bytes()
        x509.load_pem_x509_certificates(ours)
    except (OSError, ValueError) as error:
        raise UnusableError(
            f"the setting proxy.upstream_ca names {extra}, which cannot be used ({error}). "
            "It must be a readable file of PEM certificates"
        ) from error
    folder = data / "ca"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    public = Path(certifi.where()).read_bytes()
    _write(folder / TRUST_FILE, public.rstrip() + b"\n" + ours, 0o644)
    return folder / TRUST_FILE


def _make(data: Path, folder: Path, school_name: str, now: datetime) -> None:
    """In a folder beside it and then renamed: an authority is there whole or not at all."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=data, prefix=".ca-", delete=False) as made:
            _fill(Path(made), school_name, now)
            Path(made).rename(folder)
    except OSError as error:
        if not (folder / KEY_FILE).exists():  # else another process was quicker
            raise UnusableError(
                f"the certificate authority cannot be made in {folder} ({error}). "
                "Make the data folder writable, and its folder ca empty or absent"
            ) from error


def _fill(folder: Path, school_name: str, now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _self_signed(key, school_name, now)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = certificate.public_bytes(serialization.Encoding.PEM)
    _write(folder / KEY_FILE, private + public, 0o600)
    _complete(folder, certificate)


def _self_signed(
    key: ec.EllipticCurvePrivateKey, school_name: str, now: datetime
) -> x509.Certificate:
    role = " web filter"
    room = LONGEST_COMMON_NAME - len(role)  # the limit counts bytes
    common_name = school_name.encode()[:room].decode(errors="ignore").strip() + role
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_SLACK)
        .not_valid_after(now + VALID_FOR)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _opened(folder: Path, key_file: Path, now: datetime) -> Authority:
    certificate = _checked(key_file, now)
    try:
        _complete(folder, certificate)
    except OSError as error:
        raise UnusableError(f"the folder {folder} cannot be written to ({error})") from error
    common_name = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return Authority(
        folder,
        key_file,
        folder / PUBLIC_FILES[0],
        str(common_name[0].value) if common_name else "",
        certificate.not_valid_after_utc,
        certificate.fingerprint(hashes.SHA256()).hex(),
    )


def _checked(key_file: Path, now: datetime) -> x509.Certificate:
    """The certificate beside the key, if both can be used and nobody else can read the key."""
    restore = f"Put {key_file} back from a backup"
    try:
        if key_file.stat().st_mode & 0o077:
            raise UnusableError(
                f"the key of the certificate authority can be read by others: {key_file}. "
                f"Find out who could have copied it, then: chmod 600 {key_file}"
            )
        content = key_file.read_bytes()
        key = serialization.load_pem_private_key(content, password=None)
        certificate = x509.load_pem_x509_certificate(content)
    except (OSError, ValueError, TypeError) as error:
        raise UnusableError(
            f"the key of the certificate authority cannot be read: {key_file} ({error}). {restore}"
        ) from error
    if key.public_key() != certificate.public_key():
        raise UnusableError(f"the key and the certificate in {key_file} do not match. {restore}")
    if certificate.not_valid_after_utc <= now:
        raise UnusableError(
            f"the certificate authority in {key_file} expired on "
            f"{certificate.not_valid_after_utc:%d %B %Y}. Move the folder {key_file.parent} away, "
            "start again, and install the new certificate on every device"
        )
    return certificate


def _complete(folder: Path, certificate: x509.Certificate) -> None:
    """Write what follows from the key's file and is not there."""
    pem, der = (
        certificate.public_bytes(encoding)
        for encoding in (serialization.Encoding.PEM, serialization.Encoding.DER)
    )
    contents = zip((*PUBLIC_FILES, DH_FILE), (pem, der, _dh_parameters()), strict=True)
    for name, content in contents:
        if not (folder / name).exists():
            _write(folder / name, content, 0o644)


def _dh_parameters() -> bytes:
    """The 2048-bit group of RFC 7919 (ffdhe2048), computed from the formula it is defined by."""
    bits, guard = 1918, 64
    e, term, k = 0, 1 << (bits + guard), 1
    while term:
        e, term, k = e + term, term // k, k + 1
    prime = 2**2048 - 2**1984 + ((e >> guard) + 560316) * 2**64 - 1
    return (
        dh.DHParameterNumbers(prime, 2)
        .parameters()
        .parameter_bytes(serialization.Encoding.PEM, serialization.ParameterFormat.PKCS3)
    )


def _write(path: Path, content: bytes, mode: int) -> None:
    """Write whole or not at all, and never wider open than `mode`, even for a moment."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, mode)
        file.write(content)
        os.fsync(descriptor)
    part.replace(path)
