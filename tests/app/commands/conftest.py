"""A terminal for each test."""

import os
from pathlib import Path

import pytest

from tests.app.commands.terminal import Terminal


@pytest.fixture
def wanwan(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Terminal:
    """Give a terminal whose settings are none but a data folder of this test."""
    for name in [name for name in os.environ if name.startswith("WANWAN_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("WANWAN_DATA", str(tmp_path))
    monkeypatch.setenv("TERM", "dumb")
    return Terminal(monkeypatch=monkeypatch, capsys=capsys, data=tmp_path)
