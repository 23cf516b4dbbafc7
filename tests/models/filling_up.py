"""A program that fills a small disk with audit rows, makes room, and goes on; tells what happened as JSON."""

import asyncio
import json
import sys
from pathlib import Path

from models.audit_verify import verify
from models.audit_writer import AuditWriter
from models.database import Database
from models.errors import AuditUnavailableError, DatabaseError
from tests.models.entries import an_entry


async def fill(disk: Path) -> dict[str, object]:
    """Write until the disk is full, remove a ballast file, write once more."""
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(300_000))
    written = 0
    async with await Database.open(f"sqlite:///{disk / 'wanwan.sqlite'}") as database, AuditWriter(database) as writer:
        while True:
            try:
                await writer.append(an_entry())
            except AuditUnavailableError as exc:
                cause = exc.__cause__
                break
            written += 1
        ballast.unlink()
        (recovered_at,) = await writer.append(an_entry())
        found = await verify(database)
    code = cause.code if isinstance(cause, DatabaseError) else repr(cause)
    return {
        "cause": code,
        "written": written,
        "recovered_at": recovered_at,
        "is_intact": found.is_intact,
        "rows": found.rows,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(fill(Path(sys.argv[1])))))
