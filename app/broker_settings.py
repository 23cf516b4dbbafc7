"""Where the broker is: the site's, or one of our own in this process."""

import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from app.config import Settings
from app.errors import ServiceStartError
from devices.broker import EmbeddedBroker
from devices.mqtt import MqttSettings, Tls

_DEFAULT_PORTS = {"mqtt": 1883, "mqtts": 8883}


def site_broker(settings: Settings) -> MqttSettings:
    """Return how to reach the broker of WANWAN_BROKER_URL; raises `ServiceStartError` for a URL that is none."""
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
    password = settings.broker_password.get_secret_value() if settings.broker_password else url.password
    return MqttSettings(
        host=url.hostname, port=port, username=settings.broker_username or url.username, password=password, tls=tls
    )


def own_broker(settings: Settings) -> EmbeddedBroker:
    """Return an embedded broker, not started; its token is WANWAN_BROKER_PASSWORD, else one kept in the data folder."""
    if settings.broker_password is not None:
        token = settings.broker_password.get_secret_value()
    else:
        token = _kept_token(settings.embedded_broker_token_file)
    return EmbeddedBroker(port=settings.embedded_broker_port, token=token)


def embedded_settings(broker: EmbeddedBroker) -> MqttSettings:
    """Return how to reach a running embedded broker."""
    return MqttSettings(host=broker.host, port=broker.port, username=broker.username, password=broker.token)


def _kept_token(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        token = secrets.token_urlsafe(24)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(token + "\n")
        return token
