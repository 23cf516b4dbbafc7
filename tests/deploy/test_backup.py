import os
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from models.audit import AuditEntry, Step
from models.audit_verify import verify
from models.audit_writer import AuditWriter
from models.chain import Flaw, Head
from models.database import Database
from models.operator import KeyRing
from tests.deploy.site_broker import DEPLOY


def back_up(data: Path, target: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WANWAN_")}
    environment |= {"WANWAN_DATA": str(data), "WANWAN_BIN": str(Path(sys.executable).parent)}
    command = [str(DEPLOY / "backup.sh"), str(target)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


async def keep(writer: AuditWriter, words: Sequence[str]) -> None:
    for word in words:
        at = datetime.now(UTC)
        entry = AuditEntry(
            at=at, turn_id=word, step=Step.HEARD, station="desk", speaker="hana", role="operator", language="en"
        )
        await writer.append(entry)


async def test_backup_of_a_log_that_is_being_written_is_whole_and_can_be_restored(tmp_path: Path) -> None:
    data = tmp_path / "data"
    url = f"sqlite:///{data / 'wanwan.sqlite'}"
    async with await Database.open(url) as database, AuditWriter(database) as writer:
        key = (await KeyRing(database).create("hana", "operator")).key
        await keep(writer, ["one", "two", "three"])
        made = back_up(data, tmp_path / "backups")
        assert made.returncode == 0, made.stderr
        await keep(writer, ["after the backup"])
    said, folder = made.stdout.splitlines()
    assert said.startswith("intact: 3 rows; head 3:")
    restored = tmp_path / "restored.sqlite"
    (Path(folder) / "wanwan.sqlite").rename(restored)
    seq, _, digest = said.rpartition(" ")[2].partition(":")
    noted = Head(seq=int(seq), hash=digest)
    async with await Database.open(f"sqlite:///{restored}") as database, AuditWriter(database) as writer:
        assert (await verify(database, known_head=noted)).is_intact
        assert await KeyRing(database).authenticate(key) is not None
        await keep(writer, ["life goes on"])
        assert (await verify(database, known_head=noted)).rows == 4


async def test_noted_head_shows_that_rows_were_cut_off(tmp_path: Path) -> None:
    data = tmp_path / "data"
    url = f"sqlite:///{data / 'wanwan.sqlite'}"
    async with await Database.open(url) as database, AuditWriter(database) as writer:
        await keep(writer, ["one", "two", "three"])
    said = back_up(data, tmp_path / "backups").stdout.splitlines()[0]
    seq, _, digest = said.rpartition(" ")[2].partition(":")
    with closing(sqlite3.connect(data / "wanwan.sqlite")) as forger:
        triggers = [name for (name,) in forger.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
        for name in triggers:
            forger.execute(f"DROP TRIGGER {name}")
        forger.execute("DELETE FROM audit WHERE seq = 3")
        forger.commit()
    async with await Database.open_read_only(url) as database:
        assert (await verify(database)).is_intact
        found = await verify(database, known_head=Head(seq=int(seq), hash=digest))
    assert (found.first_bad_seq, found.reason) == (3, Flaw.TRUNCATED)


def test_backup_without_a_database_says_so(tmp_path: Path) -> None:
    made = back_up(tmp_path, tmp_path / "backups")
    assert made.returncode == 1
    assert "there is no database" in made.stderr
