import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from app.config import Settings
from app.main import create_app
from app.service import TURN_END_TIMEOUT_S
from tests.deploy.site_broker import DEPLOY

ROOT = DEPLOY.parent
SETTINGS = {f"WANWAN_{name.upper()}" for name in Settings.model_fields}
MADE_BY_HAND = {"./plant.yaml", "./sentences"}
"""What a site puts beside compose.yaml, besides the certificates."""


def compose() -> dict[str, Any]:
    content: dict[str, Any] = YAML(typ="safe").load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return content


def environment_file() -> dict[str, str]:
    lines = (DEPLOY / "systemd" / "wanwan.env").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def docker_lines(instruction: str) -> list[str]:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    return [line.removeprefix(instruction).strip() for line in text.splitlines() if line.startswith(instruction)]


def seconds(text: str) -> float:
    return float(text.removesuffix("s"))


def test_every_setting_named_in_deploy_exists() -> None:
    in_dockerfile = {word.partition("=")[0] for line in docker_lines("ENV") for word in line.split()}
    for named in (set(compose()["services"]["wanwan"]["environment"]), set(environment_file()), in_dockerfile):
        assert named
        assert named - SETTINGS == set()


def test_settings_of_the_environment_file_are_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment_file().items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert str(settings.data) == environment_file()["WANWAN_DATA"]
    assert settings.broker_url is not None
    assert settings.broker_url.startswith("mqtts://")


def test_compose_mounts_only_files_that_there_are() -> None:
    services = compose()["services"]
    made = {f"./certs/{name}" for name in ("ca.crt", "ca.crl", "broker.crt", "broker.key", "wanwan.crt", "wanwan.key")}
    volumes = set(compose()["volumes"])
    for service in services.values():
        for source in (volume.split(":")[0] for volume in service["volumes"]):
            known = source in made | MADE_BY_HAND | volumes
            assert known or (DEPLOY / source).is_file(), source
    assert (DEPLOY / services["wanwan"]["build"]["context"]).resolve() == ROOT
    assert (ROOT / services["wanwan"]["build"]["dockerfile"]).is_file()


def test_no_container_gets_the_key_of_the_authority() -> None:
    mounted = [volume for service in compose()["services"].values() for volume in service["volumes"]]
    assert [volume for volume in mounted if "ca.key" in volume or volume.startswith("./certs:")] == []


def test_compose_paths_in_the_environment_are_mounted() -> None:
    service = compose()["services"]["wanwan"]
    mounted = {volume.split(":")[1] for volume in service["volumes"]}
    files = {value for value in service["environment"].values() if value.startswith("/")}
    assert files - mounted == set()
    broker = compose()["services"]["mosquitto"]
    configured = re.findall(r"^\w+file (/\S+)$|^acl_file (/\S+)$", _mosquitto_conf(), re.MULTILINE)
    wanted = {path for paths in configured for path in paths if path}
    assert wanted - {volume.split(":")[1] for volume in broker["volumes"]} == set()


def _mosquitto_conf() -> str:
    return (DEPLOY / "mosquitto" / "mosquitto.conf").read_text(encoding="utf-8")


def test_a_service_that_is_stopped_has_time_for_the_commands_under_way() -> None:
    unit = (DEPLOY / "systemd" / "wanwan.service").read_text(encoding="utf-8")
    found = re.search(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)
    assert found is not None
    # once for the requests under way, once for the turns that go on without their callers
    assert float(found[1]) > 2 * TURN_END_TIMEOUT_S
    assert seconds(compose()["services"]["wanwan"]["stop_grace_period"]) > 2 * TURN_END_TIMEOUT_S


def test_dockerfile_copies_what_the_build_needs_and_asks_a_route_that_exists() -> None:
    copied = {source for line in docker_lines("COPY") for source in line.split()[:-1]}
    assert {source for source in copied if not (ROOT / source).exists()} == set()
    assert copied >= {"pyproject.toml", "README.md", "LICENSE", "NOTICE", "app", "intents", "devices", "models"}
    paths = create_app(Settings()).openapi()["paths"]
    asked = re.search(r"http://127\.0\.0\.1:8765(/\w+)", docker_lines("HEALTHCHECK")[0])
    assert asked is not None
    assert asked[1] in paths


def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed")
    text = (DEPLOY / "systemd" / "wanwan.service").read_text(encoding="utf-8")
    started = re.search(r"^ExecStart=(\S+) serve$", text, re.MULTILINE)
    assert started is not None
    unit = tmp_path / "wanwan.service"
    unit.write_text(text.replace(started[1], "/bin/true"), encoding="utf-8")  # verify wants a program that exists
    verified = subprocess.run([program, "verify", str(unit)], capture_output=True, text=True, check=False, timeout=30)
    about_ours = [line for line in verified.stderr.splitlines() if "wanwan" in line]
    assert (verified.returncode, about_ours) == (0, [])


@pytest.mark.parametrize("script", ["mosquitto/make_certs.sh", "backup.sh"])
def test_scripts_are_executable_and_right_in_syntax(script: str) -> None:
    path = DEPLOY / script
    assert path.stat().st_mode & 0o111
    assert subprocess.run(["bash", "-n", str(path)], check=False).returncode == 0
