"""The ledger remembers how attempts ended, and believes only files that are still what was made."""

import hashlib
import sqlite3
from pathlib import Path

import pytest

from minsheng.errors import UsageError
from minsheng.execute.ledger import Ledger, files_intact, unit_key


def _record(ledger: Ledger, key: str, failure: str = "") -> None:
    run = ledger.start_run(started="t", period="2017-06", command="run")
    ledger.record(run, "2017-06/a/b", key, inputs="i", failure=failure, seconds={"x": 1.0}, outputs={"f": "h"})


def test_the_newest_attempt_counts(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        assert ledger.last_attempt("2017-06/a/b") is None
        _record(ledger, "one")
        _record(ledger, "two", failure="notebook_error")
        last = ledger.last_attempt("2017-06/a/b")
        assert (last.key, last.state, last.failure) == ("two", "failed", "notebook_error")
        assert list(ledger.last_attempts("2017-06/")) == ["2017-06/a/b"]
        assert ledger.last_attempts("2017-07/") == {}


def test_what_was_written_survives_the_process(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        _record(ledger, "one")
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        assert ledger.last_attempt("2017-06/a/b").key == "one"


def test_a_ledger_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version=99")
    with pytest.raises(UsageError, match="请升级程序"):
        Ledger(path)


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
    assert unit_key(parts) == unit_key(reversed(parts))
    assert len({unit_key(parts), unit_key([("a", "1")]), unit_key([("a", "2"), ("b", "2")])}) == 3
