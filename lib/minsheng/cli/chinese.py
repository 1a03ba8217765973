"""What typer says in English, said in Chinese: help, usage, and what is wrong with a command line."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from unicodedata import east_asian_width

import typer
from typer.core import TyperCommand, TyperGroup

Translations = Sequence[tuple[str, str]]

# Typer offers no translation: its messages are known by their pattern. A pattern that a new version words
# otherwise fails in a test, which asks for each.
_KINDS: Translations = (
    (r"<str>", "<文字>"),
    (r"<int( range)?>", "<整数>"),
    (r"<path>", "<路径>"),
    (r"<list\[str\]>", "<文字>"),
    (r"<list\[(Path|path)\]>", "<路径>"),
    (r"<%Y-%m-%d>", "<YYYY-MM-DD>"),
    (r"\[OPTIONS\]", "[选项]"),
    (r"\{(.+?)\}", r"\1"),
    (r"COMMAND \[ARGS\]\.\.\.", "命令 [参数]…"),
    (r"\.\.\.(?=$| )", "…"),
    (r"\bx>=(\d+)", r"不小于 \1"),
    (r"  \[default: (.+)\]", r"（默认：\1）"),
    (r"  \[required\]", "（必填）"),
    (r"  \[(.+)\]$", r"（\1）"),
    (r"^Show this message and exit\.$", "显示本说明。"),
)

_FAULTS: Translations = (
    (r"Missing argument '(.+)'\.", r"缺少参数“\1”"),
    (r"Missing option '(.+)'\.", r"缺少选项 \1"),
    (r"Missing command\.", "缺少命令"),
    (r"No such option: (\S+) \(Possible options: (.+)\)", r"没有选项 \1，可能想写 \2"),
    (r"No such option: (\S+)", r"没有选项 \1"),
    (r"No such command '(.+)'\. Did you mean '(.+)'\?", r"没有命令 \1，可能想写 \2"),
    (r"No such command '(.+)'\.", r"没有命令 \1"),
    (r"Got unexpected extra argument\(s\) \((.+)\)", r"多出的参数：\1"),
    (r"Option '(.+)' requires an argument\.", r"选项 \1 后面要写值"),
    (r"Option '(.+)' does not take a value\.", r"选项 \1 不带值"),
)

_BOUNDS: Translations = (
    (r"Input should be a valid integer.*", "整数"),
    (r"Input should be greater than or equal to (\S+)", r"不小于 \1 的整数"),
    (r"Value error, .* is not one of (.+)\.", r" \1 之一"),
    (r"Value error, .* does not match the formats? .*%Y-%m-%d.*", "日期 YYYY-MM-DD"),
)


class ChineseCommand(TyperCommand):
    """A command whose help is Chinese."""

    def get_usage(self, ctx: Any) -> str:
        """Return how it is called."""
        return _usage(self, ctx)

    def get_help(self, ctx: Any) -> str:
        """Return what it does, and its arguments and options."""
        return _help(self, ctx)


class ChineseGroup(TyperGroup):
    """A group of commands whose help is Chinese."""

    def get_usage(self, ctx: Any) -> str:
        """Return how its commands are called."""
        return _usage(self, ctx)

    def get_help(self, ctx: Any) -> str:
        """Return its commands, each with its first sentence."""
        return _help(self, ctx)


class Application(typer.Typer):
    """An application all of whose commands are of our kind."""

    def __init__(self, about: str, **settings: Any) -> None:
        super().__init__(cls=ChineseGroup, help=about, no_args_is_help=True, rich_markup_mode=None, **settings)

    def command(self, name: str | None = None, **settings: Any) -> Callable[[Any], Any]:
        """Register a command."""
        return super().command(name, cls=ChineseCommand, **settings)


def fault_in_words(fault: typer.TyperException) -> str:
    """Return what is wrong with a command line, how it is called, and where to read on."""
    context = getattr(fault, "ctx", None)
    if context is not None and fault.message == context.get_help():  # typed without arguments: help is the answer
        return fault.message
    said = _bad_value(fault) if isinstance(fault, typer.BadParameter) else ""
    said = f"错误：{said or _in_chinese(fault.format_message(), _FAULTS)}"
    return said if context is None else f"{context.get_usage()}\n说明：{context.command_path} --help\n\n{said}"


def _bad_value(fault: typer.BadParameter) -> str:
    """Return which value is not allowed and what is; nothing where none was given."""
    errors = getattr(fault.__cause__, "errors", None)
    if fault.param is None or errors is None:
        return ""
    allowed = _in_chinese(fault.message, _BOUNDS).replace("'", "")
    name = fault.param.get_error_hint()[1:-1]
    space = " " if name.isascii() else ""
    return f"{name}{space}的值“{errors()[0]['input']}”不能用，应为{allowed}"


def _in_chinese(text: str, words: Translations) -> str:
    said = text
    for pattern, chinese in words:
        said = re.sub(pattern, chinese, said)
    return said if said == text else said.replace(", ", "、")


def _usage(command: Any, ctx: Any) -> str:
    return f"用法：{ctx.command_path} {_in_chinese(' '.join(command.collect_usage_pieces(ctx)), _KINDS)}"


def _help(command: Any, ctx: Any) -> str:
    lines = [_usage(command, ctx), ""]
    lines += [f"  {line}".rstrip() for line in command.help.strip().splitlines()]
    for title, rows in _lists(command, ctx):
        lines += ["", f"{title}：", *_columns(rows)]
    return "\n".join(lines)


def _lists(command: Any, ctx: Any) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield arguments, options and commands, each with what is said about it."""
    for title, kind in (("参数", "argument"), ("选项", "option")):
        of_kind = (each.get_help_record(ctx) for each in command.get_params(ctx) if each.param_type_name == kind)
        rows = [(_in_chinese(name, _KINDS), _in_chinese(about, _KINDS)) for name, about in filter(None, of_kind)]
        if kind == "argument":  # its name says what it is
            rows = [(name.partition(" <")[0], about) for name, about in rows]
        if rows:
            yield title, rows
    if isinstance(command, ChineseGroup):
        found = ((name, command.get_command(ctx, name)) for name in command.list_commands(ctx))
        yield "命令", [(name, each.help.partition("\n")[0]) for name, each in found if each is not None and each.help]


def _columns(rows: Sequence[tuple[str, str]]) -> list[str]:
    """Lay out two columns; a Chinese character is as wide as two others."""
    widths = [sum(2 if east_asian_width(each) in "WF" else 1 for each in name) for name, _ in rows]
    widest = max(widths)
    return [f"  {name}{' ' * (widest - width)}  {about}" for width, (name, about) in zip(widths, rows, strict=True)]
