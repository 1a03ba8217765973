"""What YAML would guess is refused, on its line; what remains is exactly what stands in the file."""

import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from minsheng.plan.strict_yaml import parse_yaml, read_yaml


def test_plain_values_are_exact() -> None:
    text = """
code: "010101"
count: 1950
money: 1952.60
less: -0.30
day: 2017-06-30
month: 2017-06
flags: [true, false, null, "yes", '07']
2017-07-01: 460
7: 一行字
text: |
  两行
  字
"""
    found = parse_yaml(text.encode(), "x.yaml")
    assert found.faults == ()
    assert found.value == {
        "code": "010101",
        "count": 1950,
        "money": Decimal("1952.60"),
        "less": Decimal("-0.30"),
        "day": date(2017, 6, 30),
        "month": "2017-06",
        "flags": [True, False, None, "yes", "07"],
        date(2017, 7, 1): 460,
        7: "一行字",
        "text": "两行\n字\n",
    }
    assert str(found.value["money"]) == "1952.60"
    assert (found.line(("flags", 2)), found.line(("text",)), found.line(("text", "deeper"))) == (8, 11, 11)


@pytest.mark.parametrize(
    ("text", "line", "fragment"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "键“a”重复，前一个在第 1 行"),
        ("a:\n  - {b: 1,\n     b: 2}\n", 3, "键“b”重复"),
        ("a: 010101\n", 1, "以 0 开头的数字"),
        ("a: 0510824\n", 1, "以 0 开头的数字"),
        ("a: 12:30\n", 1, "六十进制"),
        ("a: 0x1F\n", 1, "十六进制"),
        ("a: 1_950\n", 1, "下划线"),
        ("a: +5\n", 1, "加号"),
        ("a: .5\n", 1, "小数点前后"),
        ("a: 5.\n", 1, "小数点前后"),
        ("a: 1e3\n", 1, "科学记数法"),
        ("a: .inf\n", 1, "无穷大"),
        ("a: .NaN\n", 1, "非数"),
        ("a: yes\n", 1, "“yes”含义不清"),
        ("a: No\n", 1, "“No”含义不清"),
        ("a: on\n", 1, "“on”含义不清"),
        ("a: OFF\n", 1, "“OFF”含义不清"),
        ("a: True\n", 1, "“True”含义不清"),
        ("a: ~\n", 1, "“~”含义不清"),
        ("on: 1\n", 1, "“on”含义不清"),
        ("a: 1\nb:\n", 2, "没有写值"),
        ("a: 2017-2-30\n", 1, "不是日期"),
        ("a: 2017-02-30\n", 1, "没有这一天"),
        ("a: 2017-02-03 10:00:00\n", 1, "不是日期"),
        ("a: &x 1\n", 1, "不能用锚点（&x）"),
        ("a: &x {b: 1}\nc: *x\n", 2, "不能用引用（*x）"),
        ("a: {b: 1}\n<<: {c: 1}\n", 2, "不能用合并键"),
        ("a: !!str 1\n", 1, "不能用类型标记"),
        ("a: !x [1]\n", 1, "不能用类型标记"),
        ("? [a]\n: 1\n", 1, "键须是一个词"),
        ("null: 1\n", 1, "“null”不能作键"),
        ("true: 1\n", 1, "“true”不能作键"),
        ("a: 1\n---\nb: 1\n", 2, "只能有一份内容"),
        ("%YAML 1.1\n---\na: 1\n", 1, "不能用 YAML 指令"),
        ("a:\n\tb: 1\n", 2, "制表符"),
        ("a: `b`\n", 1, "不能以 ` 开头"),
        ("a: b: c\n", 1, "冒号的位置不对"),
        ("a: [1, 2\n", 2, "方括号没有配对"),
        ("a: {b: 1\n", 2, "花括号没有配对"),
        ('a: "b\n', 2, "没有配对"),
        ("a: 1\nb: \x01\n", 2, "控制字符"),
        ("[" * 60, 1, "嵌套超过"),
        ("", 1, "文件是空的"),
        ("# 只有注释\n", 1, "文件是空的"),
    ],
)
def test_traps_are_refused_on_their_line(text: str, line: int, fragment: str) -> None:
    faults = parse_yaml(text.encode(), "x.yaml").faults
    assert any((fault.line, fault.file) == (line, "x.yaml") and fragment in fault.message for fault in faults), faults


def test_all_faults_of_a_file_are_found_at_once() -> None:
    faults = parse_yaml(b"a: yes\nb: 007\na: 1\nc: 1\n", "x.yaml").faults
    assert [fault.line for fault in faults] == [1, 2]  # the refused first "a" leaves room for the second


def test_bytes_that_are_no_utf8_name_their_line() -> None:
    (fault,) = parse_yaml("a: 1\nb: 苍溪\n".encode("gb18030"), "x.yaml").faults
    assert str(fault) == "x.yaml:2: 不是 UTF-8 编码的文字。允许：另存为 UTF-8 编码"


def test_a_byte_order_mark_is_what_notepad_writes_and_does_no_harm() -> None:
    assert parse_yaml("a: 苍溪\n".encode("utf-8-sig"), "x.yaml").value == {"a": "苍溪"}


def test_a_missing_file_is_a_fault(tmp_path: Path) -> None:
    assert "没有这个文件" in read_yaml(tmp_path / "none.yaml", "params/none.yaml").faults[0].message


def test_a_pipe_in_place_of_a_file_is_a_fault_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    (fault,) = read_yaml(tmp_path / "pipe.yaml").faults
    assert "不是文件" in str(fault)


def test_a_folder_in_place_of_a_file_is_a_fault(tmp_path: Path) -> None:
    assert "不是文件" in read_yaml(tmp_path).faults[0].message
