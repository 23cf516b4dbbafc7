"""The broker of `deploy/mosquitto`, run as a site would: its own configuration, access rules and certificates."""

import os
import shutil
import subprocess
from pathlib import Path

from devices.mqtt import MqttSettings, Tls
from tests.mosquitto import Mosquitto, free_port, missing

DEPLOY = Path(__file__).parents[2] / "deploy"
MAKE_CERTS = DEPLOY / "mosquitto" / "make_certs.sh"


def make_certs(folder: Path, *arguments: str, days: int = 825) -> str:
    """Run `make_certs.sh FOLDER ARGUMENTS`; return what it prints. Raises `RuntimeError` with its own words."""
    return _run(str(folder), *arguments, days=days)


def revoke(folder: Path, name: str) -> None:
    """Run `make_certs.sh --revoke FOLDER NAME`."""
    _run("--revoke", str(folder), name)


def _run(*arguments: str, days: int = 825) -> str:
    if shutil.which("openssl") is None:
        missing("openssl is not installed; certificates are made with it (Debian: apt install openssl)")
    environment = {**os.environ, "DAYS": str(days)}
    made = subprocess.run([str(MAKE_CERTS), *arguments], env=environment, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        raise RuntimeError(made.stderr)
    return made.stdout


class SiteBroker(Mosquitto):
    """Mosquitto with the configuration of `deploy/`, its paths and port those of a test."""

    def __init__(self, directory: Path, certs: Path) -> None:
        super().__init__(directory)
        self.port = free_port()
        text = (DEPLOY / "mosquitto" / "mosquitto.conf").read_text(encoding="utf-8")
        for there, here in (
            ("/etc/mosquitto/certs", str(certs)),
            ("/etc/mosquitto/acl", str(DEPLOY / "mosquitto" / "acl")),
            ("listener 8883", f"listener {self.port} 127.0.0.1"),
        ):
            if there not in text:
                raise ValueError(f"mosquitto.conf has no {there}")
            text = text.replace(there, here)
        if os.geteuid() == 0:
            text += "user root\n"  # else it becomes the user `mosquitto`, who may not read this test's keys
        self._config.write_text(text, encoding="utf-8")
        self.configuration = text
        self.certs = certs

    def settings_for(self, identity: str, certs: Path | None = None) -> MqttSettings:
        """Return how the holder of a certificate connects."""
        folder = certs or self.certs
        tls = Tls(
            ca_file=self.certs / "ca.crt",
            certificate_file=folder / f"{identity}.crt",
            key_file=folder / f"{identity}.key",
        )
        return MqttSettings(host="localhost", port=self.port, tls=tls)
