#!/usr/bin/env bash
# Copy the databases of a service, running or not, into a new folder in FOLDER, and verify the copy of the audit log.
#
#   WANWAN_ENV_FILE=/etc/wanwan/wanwan.env backup.sh FOLDER
#
# Prints the head of the copied log, SEQ:HASH. Note it where whoever can change the log cannot: only a head noted
# elsewhere shows that rows were cut off at the end. WANWAN_BIN: where `python` and `wanwan` are.
set -euo pipefail
folder=${1:?usage: backup.sh FOLDER}
bin=${WANWAN_BIN:-/opt/wanwan/.venv/bin}
copy=$folder/wanwan-$(date -u +%Y%m%dT%H%M%SZ)
umask 027
mkdir -p "$folder"
mkdir "$copy"
"$bin/python" - "$copy" <<'PYTHON'
import shutil, sqlite3, sys
from contextlib import closing
from pathlib import Path
from app.config import Settings

settings, copy = Settings(), Path(sys.argv[1])
if settings.database_url and not settings.database_url.startswith("sqlite"):
    sys.exit("backup.sh: WANWAN_DATABASE_URL is no SQLite file; use pg_dump")
database = Path(settings.effective_database_url.partition(":///")[2])
if not database.is_file():
    sys.exit(f"backup.sh: there is no database {database}")
readings = database.with_name(f"{database.stem}-readings{database.suffix}")
for path in filter(Path.is_file, (database, readings)):
    # SQLite's own copy: whole, though the service goes on writing.
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as source:
        with closing(sqlite3.connect(copy / path.name)) as target:
            source.backup(target)
for path in settings.spill_file.parent.glob(settings.spill_file.name + "*"):
    shutil.copy2(path, copy)
shutil.copy2(settings.plant, copy / "plant.yaml")
PYTHON
for database in "$copy"/*.sqlite; do
  case $database in *-readings.sqlite) ;; *) WANWAN_DATABASE_URL="sqlite:///$database" "$bin/wanwan" audit verify ;; esac
done | tee "$copy/verified.txt"
rm -f "$copy"/*.sqlite-shm "$copy"/*.sqlite-wal # of the verification
echo "$copy"
