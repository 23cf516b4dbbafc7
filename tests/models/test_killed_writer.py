"""A killed process loses nothing that was acknowledged."""

import asyncio
import random
import subprocess
import sys

from models.audit_query import AuditLog
from models.audit_verify import verify
from models.chain import EMPTY
from models.database import Database

KILLS = 4


def acknowledged_until_killed(command: list[str], lines: int) -> set[str]:
    """Run a writer, kill it after some lines, return all that it had acknowledged."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found = {process.stdout.readline().strip() for _ in range(lines)}
        process.kill()
        return found | {line.strip() for line in process.stdout if line.endswith("\n")}


async def test_kill_9_loses_no_acknowledged_row(url: str) -> None:
    rng = random.Random(20261122)
    acknowledged: set[str] = set()
    head = EMPTY
    for kill in range(KILLS):
        command = [sys.executable, "-m", "tests.models.writing_for_ever", url, f"kill{kill}"]
        acknowledged |= await asyncio.to_thread(acknowledged_until_killed, command, rng.randint(1, 200))
        async with await Database.open(url) as database:
            found = await verify(database, known_head=head)
            assert found.is_intact, found
            kept = {row["turn_id"] async for rows in AuditLog(database).chunks() for row in rows}
            head = found.head
        assert acknowledged <= kept
        assert len(kept) - len(acknowledged) <= 10 * (kill + 1)  # at most what was in flight at each kill
