"""The run history (运行记录): which task was made from what, and how every attempt ended; SQLite."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from minsheng.errors import UsageError, VersionError
from minsheng.files.hashing import are_intact, sha256
from minsheng.files.written import canonical_line

_STEPS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE IF NOT EXISTS run (
  id INTEGER PRIMARY KEY, started TEXT NOT NULL, period TEXT NOT NULL, command TEXT NOT NULL,
  finished TEXT, summary TEXT
) STRICT""",
        """CREATE TABLE IF NOT EXISTS attempt (
  id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES run,
  unit TEXT NOT NULL, key TEXT NOT NULL, inputs TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('done', 'failed')), failure TEXT, message TEXT, seconds TEXT NOT NULL,
  outputs TEXT NOT NULL
) STRICT""",
        "CREATE INDEX IF NOT EXISTS attempt_unit ON attempt (unit, id)",
    ),
    (
        "ALTER TABLE run ADD COLUMN product TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE run ADD COLUMN log TEXT NOT NULL DEFAULT ''",
    ),
)
"""What leads from each version to the next; a step is never changed once it is released, only followed by another.
A task is called ``unit`` on disk, here and in logs and packages, as the first version called it."""

SCHEMA_VERSION = len(_STEPS)


@dataclass(frozen=True)
class RecordedRun:
    """One run as recorded."""

    started: str  # ISO time, UTC
    finished: str  # ISO time, UTC; empty where the run was cut short
    command: str  # ``run`` or ``assess``
    product: str  # version that ran; empty where it did not say yet
    log: str  # name of the run's log; empty without one
    summary: dict[str, int]  # ``made``, ``skipped``, ``failed`` and ``waiting`` as counts


@dataclass(frozen=True)
class Attempt:
    """The last attempt at a task.

    Parameters
    ----------
    key
        Hash of everything that the task was made from.
    inputs
        Hash of the returns and forms alone: when it changes, a correction has come in.
    state
        ``done`` or ``failed``.
    failure
        Class of failure, empty when done.
    message
        Its words.
    outputs
        File name → sha256.
    """

    key: str
    inputs: str
    state: str
    failure: str
    message: str
    outputs: dict[str, str]


class RunHistory:
    """The history of one workspace; a context manager.

    Parameters
    ----------
    path
        The SQLite file; made with its folder where it does not exist.

    Raises
    ------
    VersionError
        If a newer version of the product wrote it. An older history is brought up to date.
    UsageError
        If it is damaged.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None)
        try:
            # There is one writer, the coordinator.
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._migrate(path)
        except sqlite3.DatabaseError as fault:
            self._db.close()
            if isinstance(fault, sqlite3.OperationalError):  # a lock or the disk, not what is in it
                raise
            raise UsageError(
                f"{path} 损坏（{fault}）：请删除它（连同 -wal、-shm）再运行，报告会重做，报表与登记不受影响"
            ) from fault
        except BaseException:
            self._db.close()
            raise

    def _migrate(self, path: Path) -> None:
        """Take the steps that this history has not taken yet, each with its number in one transaction."""
        version = self._version()
        if version > SCHEMA_VERSION:
            raise VersionError(
                f"{path} 由更新的版本写成（运行记录版本 {version}，本程序认识到 {SCHEMA_VERSION}）：请升级本程序"
            )
        if version == SCHEMA_VERSION:
            return
        self._db.execute("BEGIN IMMEDIATE")  # another process may be doing the same
        try:
            for statement in (sql for step in _STEPS[self._version() :] for sql in step):
                self._db.execute(statement)
            self._db.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def _version(self) -> int:
        return int(self._db.execute("PRAGMA user_version").fetchone()[0])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._db.close()

    def start_run(self, *, started: str, period: str, command: str, product: str = "", log: str = "") -> int:
        """Write the head of a run; return its id."""
        sql = "INSERT INTO run (started, period, command, product, log) VALUES (?, ?, ?, ?, ?)"
        with closing(self._db.execute(sql, (started, period, command, product, log))) as cursor:
            return int(cursor.lastrowid or 0)

    def finish_run(self, run: int, *, finished: str, summary: Mapping[str, object]) -> None:
        """Write how a run ended."""
        self._db.execute(
            "UPDATE run SET finished = ?, summary = ? WHERE id = ?",
            (finished, canonical_line(summary), run),
        )

    def runs(self, period: str, *, most: int) -> list[RecordedRun]:
        """Return the newest runs of a period, newest first."""
        rows = self._db.execute(
            "SELECT started, coalesce(finished, ''), command, product, log, coalesce(summary, '{}') FROM run "
            "WHERE period = ? ORDER BY id DESC LIMIT ?",
            (period, most),
        )
        return [
            RecordedRun(started, finished, command, product, log, json.loads(summary))
            for started, finished, command, product, log, summary in rows
        ]

    def last_attempt(self, task: str) -> Attempt | None:
        """Return how the newest attempt at a task ended, or ``None``."""
        row = self._db.execute(
            "SELECT key, inputs, state, failure, message, outputs FROM attempt WHERE unit = ? ORDER BY id DESC LIMIT 1",
            (task,),
        ).fetchone()
        return _attempt(row) if row else None

    def last_made(self, task: str) -> Attempt | None:
        """Return the newest attempt at a task if it was made by it.

        It counts as made only while its files still have the hashes written there (:func:`files_intact`), so a crash
        between two steps costs work, never truth.
        """
        last = self.last_attempt(task)
        return last if last is not None and last.state == "done" else None

    def last_attempts(self, prefix: str) -> dict[str, Attempt]:
        """Return the newest attempt of every task whose name begins with ``prefix``."""
        rows = self._db.execute(
            "SELECT unit, key, inputs, state, failure, message, outputs FROM attempt "
            "WHERE id IN (SELECT max(id) FROM attempt WHERE substr(unit, 1, ?) = ? GROUP BY unit)",
            (len(prefix), prefix),
        )
        return {row[0]: _attempt(row[1:]) for row in rows}

    def record(
        self,
        run: int,
        task: str,
        key: str,
        *,
        inputs: str,
        failure: str = "",
        message: str = "",
        seconds: Mapping[str, float],
        outputs: Mapping[str, str],
    ) -> None:
        """Write one attempt; it is done unless a failure is named."""
        self._db.execute(
            "INSERT INTO attempt (run, unit, key, inputs, state, failure, message, seconds, outputs) "
            "VALUES (?,?,?,?,?,?,?,?,?)",
            (
                run,
                task,
                key,
                inputs,
                "failed" if failure else "done",
                failure,
                message,
                canonical_line({name: round(value, 4) for name, value in seconds.items()}),
                canonical_line(dict(outputs)),
            ),
        )


def _attempt(row: tuple[str, ...]) -> Attempt:
    key, inputs, state, failure, message, outputs = row
    return Attempt(
        key=key, inputs=inputs, state=state, failure=failure or "", message=message or "", outputs=json.loads(outputs)
    )


def files_intact(folder: Path, outputs: Mapping[str, str]) -> bool:
    """Whether a folder holds every file with the hash that the history names, and it names any."""
    return bool(outputs) and are_intact(folder, outputs)


def hash_of_hashes(parts: Iterable[tuple[str, str]]) -> str:
    """Hash named hashes into one key, whatever their order."""
    text = "\n".join(f"{name}\t{digest}" for name, digest in sorted(parts))
    return sha256(text.encode())
