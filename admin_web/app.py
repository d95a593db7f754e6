"""Make the staff site: the extensions, the guard, the headers, then one blueprint a concern."""

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from flask_bootstrap import Bootstrap5
from flask_security import Security, current_user
from flask_wtf.csrf import CSRFProtect

from admin_web import (
    access,
    account,
    audit,
    case_deeds,
    cases,
    errors,
    events,
    find,
    glass,
    headers,
    health,
    home,
    limits,
    lists,
    live,
    looks,
    numbers,
    own_rules,
    people,
    portal,
    pupils,
    reset,
    secret_key,
    setup,
    staff_accounts,
    trends,
    why,
    wording,
)
from admin_web.accounts import StaffDatastore, me
from admin_web.roles import bar
from admin_web.signing_in import SignInForm
from admin_web.site import EXTENSION, Clock, Site, here
from safeguard.engine import Engine
from safeguard.identity.portal import Portal
from safeguard.portal_passwords import portal_passwords
from safeguard.settings import Settings
from safeguard.store.session import Store
from safeguard.vault import Vault

IDLE = timedelta(minutes=20)
LARGEST_BODY = 2 * 1024 * 1024
PASSWORD_LENGTH = 12

BLUEPRINTS = (
    home,
    setup,
    reset,
    account,
    events,
    health,
    own_rules,
    why,
    people,
    lists,
    audit,
    live,
    portal,
    numbers,
    staff_accounts,
    glass,
    cases,
    case_deeds,
    find,
    pupils,
    trends,
    looks,
)


def _now() -> datetime:
    return datetime.now(UTC)


def create_app(
    settings: Settings, engine: Engine, store: Store, vault: Vault, clock: Clock = _now
) -> Flask:
    app = Flask("admin_web")
    app.extensions[EXTENSION] = Site(settings, engine, store, vault, clock)
    app.extensions[portal.EXTENSION] = Portal(
        settings.identity, store, portal_passwords(settings, store, engine.person_of_login)
    )
    app.config.from_mapping(_config(settings))
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    headers.install(app)
    Bootstrap5(app)
    CSRFProtect(app)
    Security(app, StaffDatastore(store, clock), login_form=SignInForm)
    access.install(app)
    live.install(app)
    errors.install(app)
    wording.install(app)
    for module in BLUEPRINTS:
        app.register_blueprint(module.pages)
    limits.install(app)
    app.context_processor(_shared)
    return app


def _config(settings: Settings) -> dict[str, Any]:
    tls = settings.admin.cert is not None
    return {
        "SECRET_KEY": secret_key.load_or_create(settings.data),
        "MAX_CONTENT_LENGTH": LARGEST_BODY,
        "MAX_FORM_MEMORY_SIZE": LARGEST_BODY,
        "PERMANENT_SESSION_LIFETIME": IDLE,
        "SESSION_COOKIE_NAME": "__Host-staff" if tls else "staff",
        "SESSION_COOKIE_SECURE": tls,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_PROTECTION": "strong",
        "BOOTSTRAP_SERVE_LOCAL": True,
        "WTF_CSRF_TIME_LIMIT": 3600,
        "RATELIMIT_STORAGE_URI": "memory://",
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SCHEMES": ["argon2"],
        "SECURITY_PASSWORD_SINGLE_HASH": ["argon2"],
        "SECURITY_DEPRECATED_PASSWORD_SCHEMES": [],
        "SECURITY_PASSWORD_LENGTH_MIN": PASSWORD_LENGTH,
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_MSG_GENERIC_AUTHN_FAILED": (
            "The e-mail address or the password is not right.",
            "error",
        ),
        "SECURITY_MSG_UNAUTHENTICATED": ("Sign in to go on.", "info"),
        "SECURITY_LOGOUT_CSRF": True,
        "SECURITY_API_ENABLED_METHODS": ["session"],
        "SECURITY_TRACKABLE": True,
        "SECURITY_DATETIME_FACTORY": _now,
    }


def _shared() -> dict[str, Any]:
    site = here()
    signed_in = bool(current_user.is_authenticated)
    return {
        "school": site.settings.school.name,
        "zone_name": site.settings.school.timezone,
        "signed_in": signed_in,
        "navigation": bar(me().grants, site.clock()) if signed_in else (),
        "glass": glass.mine() if signed_in else None,
    }
