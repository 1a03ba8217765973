"""Registers and JSON documents: one way to write them, and what was written is read again."""

import json
from pathlib import Path

import pytest

from minsheng.errors import FileRefusedError, VersionError
from minsheng.files.registers import csv_bytes, read_lines, records, rows
from minsheng.files.written import canonical_json, canonical_line

COLUMNS = ("id", "said")
LINES = [["苍溪县", '他说"好"，\n然后'], ["旺苍县", "a,b"], ["", ""]]


def test_a_register_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "register.csv"
    for office in (False, True):
        path.write_bytes(csv_bytes(COLUMNS, LINES, office=office))
        assert list(rows(path)) == [list(COLUMNS), *LINES]
        assert [list(record.values()) for record in records(path)] == LINES
        assert read_lines(path, COLUMNS, lambda line: [line["id"], line["said"]]) == LINES


def test_a_register_for_office_programs_says_that_it_is_utf_8() -> None:
    assert csv_bytes(("甲",), [("1",)]) == "甲\n1\n".encode()
    assert csv_bytes(("甲",), [("1",)], office=True) == b"\xef\xbb\xbf" + "甲\r\n1\r\n".encode()


def test_nothing_of_a_register_is_skipped(tmp_path: Path) -> None:
    path = tmp_path / "register.csv"
    assert read_lines(path, COLUMNS, dict) == []
    path.write_bytes(csv_bytes(("id", "number"), [("a", "1"), ("b", "x")]))
    with pytest.raises(FileRefusedError, match="第 3 行损坏"):
        read_lines(path, ("id", "number"), lambda line: int(line["number"]))
    with pytest.raises(FileRefusedError, match="表头应为 id,said，现为 id,number"):
        read_lines(path, COLUMNS, dict)
    path.write_bytes(csv_bytes((*COLUMNS, "later"), []))
    with pytest.raises(VersionError, match="多出的列：later"):
        read_lines(path, COLUMNS, dict)
    assert read_lines(path, COLUMNS, dict, later=("later",)) == []


def test_the_order_of_keys_leaves_no_trace() -> None:
    one, other = {"b": {"y": "汉", "x": [1]}, "a": None}, {"a": None, "b": {"x": [1], "y": "汉"}}
    for write in (canonical_json, canonical_line):
        assert write(one) == write(other)
        assert json.loads(write(one)) == one
    assert canonical_json(one).endswith(b"\n}\n")
    assert "汉" in canonical_json(one).decode()
    assert "\n" not in canonical_line({"a": "1\n2"})
