"""Help and messages of the command line are Chinese to the end: no word of typer's is left."""

import re
import sys

import pytest
from typer.main import get_command

from minsheng.cli import app, main

# Words that are no filler: names of programs, formats and standards, and how an address or a date is written.
NAMES = {
    "BagIt", "Dask", "DA", "Excel", "GiB", "HTML", "JPEG", "JSON", "JupyterLab", "YYYY", "MM", "DD", "PAdES",
    "PDF", "PKCS", "PNG", "SM3", "cron", "minisign", "office", "province", "sha256", "systemd", "tcp", "minsheng",
    "browser", "pip", "git", "HEAD",
}  # fmt: skip
# What a person types: options, paths, addresses, kinds of values; and examples, which are commands.
TYPED = re.compile(
    r"--[\w-]+|<[^>]*>|[\w/.:<>]*[/.][\w/.]*|例：.*|minsheng [\w ]+|\d{4}-H\d|T\d\d:\d\d|T?HH:MM|^  [a-z]+  ",
    re.MULTILINE,
)


def _commands(command, words=()):
    yield words
    for name, each in getattr(command, "commands", {}).items():
        yield from _commands(each, (*words, name))


@pytest.fixture
def said(monkeypatch, capsys):
    """What a command line prints, with its exit code."""

    def typed(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["minsheng", *words])
        monkeypatch.setattr(sys.modules["__main__"], "__package__", None)  # not "python -m pytest", if that runs us
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code or 0, "".join(capsys.readouterr())

    return typed


def _english(text: str) -> set[str]:
    return set(re.findall(r"[A-Za-z]\w*", TYPED.sub(" ", text))) - NAMES


@pytest.mark.parametrize("words", list(_commands(get_command(app))), ids=" ".join)
def test_help_is_chinese_and_has_an_example(words, said) -> None:
    code, text = said(*words, "--help")
    assert code == 0
    assert text.startswith(f"用法：{' '.join(('minsheng', *words))} [选项]")
    assert _english(text.partition("\n")[2]) == set()
    assert "例：minsheng" in text or "命令：" in text


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("run", "缺少参数“月份”"),
        ("run 2017-06 --frce", "没有选项 --frce，可能想写 --area、--force"),
        ("run 2017-06 --xyz", "没有选项 --xyz"),
        ("run 2017-06 b c", "多出的参数：b c"),
        ("run 2017-06 --jobs", "选项 --jobs 后面要写值"),
        ("run 2017-06 --force=3", "选项 --force 不带值"),
        ("run 2017-06 --jobs x", "--jobs 的值“x”不能用，应为整数"),
        ("run 2017-06 --jobs 0", "--jobs 的值“0”不能用，应为不小于 1 的整数"),
        ("run 2017-06 --log-level loud", "--log-level 的值“loud”不能用，应为 debug、info、warning、error 之一"),
        ("archive --all", "没有选项 --all"),
        ("archive rebuild --archive", "选项 --archive 后面要写值"),
        ("nothing", "没有命令 nothing"),
        ("runn", "没有命令 runn，可能想写 run"),
        ("archive sael 2017-06", "没有命令 sael，可能想写 seal"),
    ],
)
def test_a_wrong_command_line_is_answered_in_chinese(words: str, answer: str, said) -> None:
    code, text = said(*words.split())
    assert code == 2
    assert text.splitlines()[-1] == f"错误：{answer}"
    assert _english(text) - set(re.findall(r"\w+", f"{words} {answer}")) == set()


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("plan check x", "“x”不是年度：写 2017 或 2017年"),
        ("run 6月", "“6月”不是报告期：缺年度。月份写 2017-06 或 2017年6月"),
        ("run 2017年6月20日", "，是一天；是不是 2017-06。"),
        ("archive inspect 2017-06 --on 3", "--on “3”不是时间：例如 2017-07-26"),
        ("assess 2017年二季度", "没有按季的报告期"),
    ],
)
def test_what_is_not_understood_is_answered_with_what_to_write(words: str, answer: str, said) -> None:
    code, text = said(*words.split())
    assert code == 2
    assert answer in text


@pytest.mark.parametrize("words", ["", "archive", "plan"])
def test_without_arguments_the_help_is_the_answer(words: str, said) -> None:
    code, text = said(*words.split())
    assert code == 2
    assert text.startswith("用法：")
    assert "错误" not in text
    assert text.rstrip("\n") == said(*words.split(), "--help")[1].rstrip("\n")
