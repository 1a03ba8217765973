"""The history remembers how attempts ended, and believes only files that are still what was made."""

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from minsheng.errors import UsageError
from minsheng.runs.history import SCHEMA_VERSION, RunHistory, files_intact, hash_of_hashes


def _record(history: RunHistory, key: str, failure: str = "") -> None:
    run = history.start_run(started="t", period="2017-06", command="run")
    history.record(run, "2017-06/a/b", key, inputs="i", failure=failure, seconds={"x": 1.0}, outputs={"f": "h"})


def test_the_newest_attempt_counts(tmp_path: Path) -> None:
    with RunHistory(tmp_path / "ledger.sqlite") as history:
        assert history.last_attempt("2017-06/a/b") is None
        _record(history, "one")
        _record(history, "two", failure="notebook_error")
        last = history.last_attempt("2017-06/a/b")
        assert (last.key, last.state, last.failure) == ("two", "failed", "notebook_error")
        assert list(history.last_attempts("2017-06/")) == ["2017-06/a/b"]
        assert history.last_attempts("2017-07/") == {}


def test_what_was_written_survives_the_process(tmp_path: Path) -> None:
    with RunHistory(tmp_path / "ledger.sqlite") as history:
        _record(history, "one")
    with RunHistory(tmp_path / "ledger.sqlite") as history:
        assert history.last_attempt("2017-06/a/b").key == "one"


def test_a_history_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("PRAGMA user_version=99")
    with pytest.raises(UsageError, match="请升级本程序"):
        RunHistory(path)


def test_files_are_believed_by_their_hash(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    outputs = {"a": hashlib.sha256(b"1").hexdigest()}
    assert files_intact(tmp_path, outputs)
    (tmp_path / "a").write_text("2")
    assert not files_intact(tmp_path, outputs)
    (tmp_path / "a").unlink()
    assert not files_intact(tmp_path, outputs)
    assert not files_intact(tmp_path, {})


def test_a_key_is_the_same_in_any_order_and_differs_with_any_part() -> None:
    parts = [("a", "1"), ("b", "2")]
    assert hash_of_hashes(parts) == hash_of_hashes(reversed(parts))
    assert len({hash_of_hashes(parts), hash_of_hashes([("a", "1")]), hash_of_hashes([("a", "2"), ("b", "2")])}) == 3


FIRST_VERSION = """
CREATE TABLE run (
  id INTEGER PRIMARY KEY, started TEXT NOT NULL, period TEXT NOT NULL, command TEXT NOT NULL,
  finished TEXT, summary TEXT
) STRICT;
CREATE TABLE attempt (
  id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES run,
  unit TEXT NOT NULL, key TEXT NOT NULL, inputs TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('done', 'failed')), failure TEXT, message TEXT, seconds TEXT NOT NULL,
  outputs TEXT NOT NULL
) STRICT;
CREATE INDEX attempt_unit ON attempt (unit, id);
INSERT INTO run VALUES (1, '2017-07-21T01:00:00+00:00', '2017-06', 'run', '2017-07-21T01:01:00+00:00', '{"made": 1}');
INSERT INTO run VALUES (2, '2017-07-22T01:00:00+00:00', '2017-06', 'run', NULL, NULL);
INSERT INTO attempt VALUES (1, 1, '2017-06/a/b', 'key', 'inputs', 'done', '', '', '{"execute": 1.0}', '{"f": "h"}');
"""
"""What version 1 wrote, word for word: its statements never change."""


@pytest.fixture(params=[0, 1])
def older(request, tmp_path: Path) -> Path:
    """A history that version 1 wrote; killed before it had set its number, it says 0."""
    path = tmp_path / "ledger.sqlite"
    with closing(sqlite3.connect(path)) as db, db:
        db.executescript(f"{FIRST_VERSION}PRAGMA user_version={request.param};")
    return path


def test_an_older_history_is_brought_up_to_date_and_keeps_what_it_holds(older: Path) -> None:
    with RunHistory(older) as history:
        last = history.last_attempt("2017-06/a/b")
        assert (last.key, last.outputs) == ("key", {"f": "h"})
        newest, first = history.runs("2017-06", most=9)
        assert (first.summary, first.product, first.log) == ({"made": 1}, "", "")
        assert (newest.finished, newest.summary) == ("", {})
        history.start_run(started="t", period="2017-06", command="run", product="minsheng 9", log="x")
    with RunHistory(older) as history:
        assert history.runs("2017-06", most=1)[0].product == "minsheng 9"
    with closing(sqlite3.connect(older)) as db, db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == SCHEMA_VERSION


def test_a_step_that_fails_leaves_the_older_history_as_it_was(older: Path) -> None:
    with closing(sqlite3.connect(older)) as db, db:
        db.execute("ALTER TABLE run ADD COLUMN log TEXT")  # what no version did: the step cannot be taken
        before = db.execute("PRAGMA user_version").fetchone()[0]
    with pytest.raises(sqlite3.OperationalError, match="duplicate column"):
        RunHistory(older)
    with closing(sqlite3.connect(older)) as db, db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == before
        assert "product" not in {row[1] for row in db.execute("PRAGMA table_info(run)")}


def test_a_damaged_history_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(UsageError, match=r"ledger.sqlite 损坏.*请删除它"):
        RunHistory(path)
