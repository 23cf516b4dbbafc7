import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("app", "intents", "devices", "models")
REST = ("pyproject.toml", "README.md", "LICENSE", "NOTICE")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the program from a copy of what the Dockerfile copies."""
    sources = tmp_path_factory.mktemp("sources")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, sources / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in REST:
        shutil.copy(ROOT / name, sources)
    made = tmp_path_factory.mktemp("wheel")
    _pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(made), str(sources))
    return next(made.glob("wanwan-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install it into a folder away from its sources; third parties come from this environment."""
    folder = tmp_path_factory.mktemp("installed")
    _pip("install", "--no-deps", "--target", str(folder), str(wheel))
    return folder


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True, timeout=60)


def _wanwan(installed: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command as if only the wheel were there."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WANWAN_")}
    environment |= {"PYTHONPATH": str(installed), "WANWAN_DATA": str(folder)}
    command = [sys.executable, "-m", "app", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60)


def test_wheel_holds_every_file_of_the_packages(wheel: Path) -> None:
    files = (file for package in PACKAGES for file in (ROOT / package).rglob("*") if file.is_file())
    wanted = {str(file.relative_to(ROOT)) for file in files if "__pycache__" not in file.parts}
    with zipfile.ZipFile(wheel) as archive:
        found = {name for name in archive.namelist() if ".dist-info/" not in name}
        licences = {Path(name).name for name in archive.namelist() if "/licenses/" in name}
    assert wanted - found == set()
    assert found - wanted == set()
    assert licences == {"LICENSE", "NOTICE"}


def test_installed_program_understands_sentences_and_its_own_plant(installed: Path, tmp_path: Path) -> None:
    where = subprocess.run(
        [sys.executable, "-c", "import app; print(app.__file__)"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert where.stdout.startswith(str(installed))
    explained = _wanwan(installed, tmp_path, "explain", "--json", "open valve seven")
    assert json.loads(explained.stdout)["intent"] == "OpenValve", explained.stderr
    checked = _wanwan(installed, tmp_path, "plant", "check")
    assert (checked.returncode, checked.stderr) == (0, "")
    assert str(installed / "devices" / "plants" / "demo.yaml") in checked.stdout


def test_installed_program_makes_its_database_by_its_own_migrations(installed: Path, tmp_path: Path) -> None:
    made = _wanwan(installed, tmp_path, "keys", "create", "hana")
    assert made.stdout.startswith("wk_"), made.stderr
    verified = _wanwan(installed, tmp_path, "audit", "verify")
    assert verified.stdout.startswith("intact: 0 rows"), verified.stderr
