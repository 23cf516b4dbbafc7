"""Where the broker is: the site's, or one of our own in this process."""

import contextlib
import os
import secrets
import ssl
from pathlib import Path
from urllib.parse import unquote, urlsplit

from app.config import Settings
from app.errors import ServiceStartError
from devices.broker import EmbeddedBroker
from devices.mqtt import MqttSettings, Tls

_DEFAULT_PORTS = {"mqtt": 1883, "mqtts": 8883}


def site_broker(settings: Settings) -> MqttSettings:
    """Return how to reach the broker of WANWAN_BROKER_URL.

    Raises `ServiceStartError` for a URL that is none, and for certificates that cannot be used.
    """
    url = urlsplit(settings.broker_url or "")
    try:
        port = url.port or _DEFAULT_PORTS[url.scheme]
    except (KeyError, ValueError) as exc:
        raise ServiceStartError(
            f"WANWAN_BROKER_URL {settings.broker_url!r} is no broker: write mqtt://HOST:1883 or mqtts://HOST:8883"
        ) from exc
    if not url.hostname:
        raise ServiceStartError(f"WANWAN_BROKER_URL {settings.broker_url!r} names no host")
    tls = None
    if url.scheme == "mqtts":
        tls = Tls(
            ca_file=settings.broker_ca_file,
            certificate_file=settings.broker_certificate_file,
            key_file=settings.broker_key_file,
        )
        _check_certificates(tls)
    username = settings.broker_username or _written(url.username)
    password = settings.broker_password.get_secret_value() if settings.broker_password else _written(url.password)
    return MqttSettings(host=url.hostname, port=port, username=username, password=password, tls=tls)


def _written(part: str | None) -> str | None:
    return None if part is None else unquote(part)


def _check_certificates(tls: Tls) -> None:
    """Try what the connection will need: a mistake here would look like a broker that is away, for ever."""
    try:
        context = ssl.create_default_context(cafile=tls.ca_file)
        if tls.certificate_file is not None:
            context.load_cert_chain(tls.certificate_file, tls.key_file)
    except (ssl.SSLError, OSError) as exc:
        names = {
            "WANWAN_BROKER_CA_FILE": tls.ca_file,
            "WANWAN_BROKER_CERTIFICATE_FILE": tls.certificate_file,
            "WANWAN_BROKER_KEY_FILE": tls.key_file,
        }
        given = ", ".join(f"{name} {path}" for name, path in names.items() if path is not None)
        raise ServiceStartError(f"the broker's certificates cannot be used ({given}): {exc.strerror or exc}") from exc


def own_broker(settings: Settings) -> EmbeddedBroker:
    """Return an embedded broker, not started."""
    return EmbeddedBroker(port=settings.embedded_broker_port, token=own_token(settings))


def own_token(settings: Settings) -> str:
    """Return the password of the embedded broker: WANWAN_BROKER_PASSWORD, else one kept in the data folder."""
    if settings.broker_password is not None:
        return settings.broker_password.get_secret_value()
    return _kept_token(settings.embedded_broker_token_file)


def embedded_settings(broker: EmbeddedBroker) -> MqttSettings:
    """Return how to reach a running embedded broker."""
    return MqttSettings(host=broker.host, port=broker.port, username=broker.username, password=broker.token)


def _kept_token(path: Path) -> str:
    """Return the token in a file; service and simulator may both come first, so it is made whole at once, by one."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}-{os.getpid()}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"{secrets.token_urlsafe(24)}\n")
        try:
            with contextlib.suppress(FileExistsError):
                path.hardlink_to(fresh)
        finally:
            fresh.unlink()
    return path.read_text(encoding="ascii").strip()
