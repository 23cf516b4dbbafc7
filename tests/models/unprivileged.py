"""Running a test as an ordinary user, as file permissions do not hold root back."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

_NOBODY = 65534


@pytest.fixture
def unprivileged() -> Iterator[Path]:
    """Give a folder of the user the test then runs as: ourselves, or nobody where we are root."""
    folder = Path(tempfile.mkdtemp(prefix="wanwan-"))
    is_root = os.geteuid() == 0
    if is_root:
        os.chown(folder, _NOBODY, _NOBODY)
        os.seteuid(_NOBODY)
    try:
        yield folder
    finally:
        if is_root:
            os.seteuid(0)
        shutil.rmtree(folder)
