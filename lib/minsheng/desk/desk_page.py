"""The desk as a page: what is to be done, the forms, the tour; what runs and what has ended is put in by its script."""

import json
from collections.abc import Sequence
from datetime import date

from minsheng.desk.forms import Field, Form, FormGroup
from minsheng.desk.month_forms import PARTS
from minsheng.desk.office import Office
from minsheng.desk.shown_files import shown_at
from minsheng.desk.today import Button, TodayItem, lines, next_due
from minsheng.desk.tour import tour
from minsheng.desk.uploads import LIMIT_MIB, PART
from minsheng.domain.period import Period
from minsheng.render.html.markup import Content, Element, Piece, paragraph

_NOTEBOOKS = {"explore": "随看随换", "rules": "规则工作台", "start": "本工作簿的说明"}


def desk_page(office: Office, months: Sequence[Period], day: date, base: str) -> str:
    """Return the desk's HTML for a month.

    Parameters
    ----------
    months
        What can be chosen.
    day
        Today.
    base
        The server's address, with a slash at its end.
    """
    parts: list[Content] = [
        _head(office, months, base),
        _name(),
        tour(office, base),
        _now(),
        _sorting(),
        Element("div", _today(office, day, base), _done(), class_="left"),
        Element("div", [_part(part, office) for part in PARTS], class_="parts"),
    ]
    return Piece(Element("div", parts, class_="desk", data_limit=str(LIMIT_MIB), data_part=str(PART)))._repr_html_()


def plan_fault_page(message: str) -> str:
    """Return what stands instead while the plan cannot be read."""
    said = Element("pre", message)
    return Piece(
        Element("div", Element("h1", "办公台"), paragraph("方案有错，先改好再来："), said, class_="desk")
    )._repr_html_()


def _head(office: Office, months: Sequence[Period], base: str) -> Element:
    chosen = Element(
        "select",
        [_option(str(month), month.label, chosen=month == office.month) for month in months],
        id="desk-month",
        data_month="",
    )
    first = office.workspace.outputs / "index.html"
    page = Element("a", "网站首页", href=shown_at(base, "outputs/index.html"), target="_blank")
    links = [page] if first.is_file() else []
    links += [
        Element("a", words, href=f"{base}lab/tree/notebooks/{name}.ipynb", target="_blank")
        for name, words in _NOTEBOOKS.items()
        if (office.workspace.notebooks / f"{name}.ipynb").is_file()
    ]
    return Element(
        "div",  # within JupyterLab's page no banner of it
        Element("h1", "办公台"),
        Element("p", office.workspace.settings.site_title, class_="whose"),
        Element(
            "div",
            Element("label", "月份", for_="desk-month"),
            chosen,
            Element("span", class_="turning", role="status"),
            class_="month",
        ),
        Element("p", class_="people", aria_live="polite"),
        Element("nav", links, Element("button", "导览", type="button", data_tour="0"), aria_label="别的页"),
        class_="head",
    )


def _name() -> Element:
    """Return the question who sits here, asked once in a browser."""
    return Element(
        "form",
        Element("label", "您的姓名", for_="desk-name"),
        Element("input", id="desk-name", name="name", required="", maxlength="20", autocomplete="name"),
        Element("button", "就座", type="submit"),
        Element("p", "只问一次，记在这个浏览器里。同一时间只有一个人办事，别人看得到是谁在办。", class_="hint"),
        data_name="",
        class_="who",
    )


def _now() -> Element:
    """Return where a running command is shown."""
    return Element(
        "section",
        Element("h2", "正在办", id="desk-now"),
        Element("p", class_="doing", aria_live="polite"),
        Element("p", Element("code", class_="line")),
        Element("progress", aria_label="进度"),
        Element("p", class_="stage"),
        Element("p", class_="time"),
        Element("button", "停止", type="button", data_stop=""),
        Element("details", Element("summary", "看记录"), Element("pre", tabindex="0", aria_label="记录"), data_log=""),
        class_="now",
        hidden="",
        aria_labelledby="desk-now",
    )


def _sorting() -> Element:
    """Return the one place for whatever comes in."""
    return Element(
        "section",
        Element("h2", "放入文件", id="desk-sort"),
        Element(
            "div",
            _zone(
                "desk-sort-files",
                "选择文件",
                "报表、考评表、印证资料、签字扫描件都拖到这里，文件夹、zip 也可以："
                f"先说明每份认作什么，再放进办它的那一步。每份不超过 {LIMIT_MIB} MB。",
            ),
            Element("ul", class_="sent", aria_label="放入的文件", aria_live="polite"),
            Element("p", class_="groups"),
            data_files="files",
            data_sort="",
            class_="sending",
        ),
        class_="sorting",
        aria_labelledby="desk-sort",
    )


def _zone(name: str, choose: str, said: str, **attributes: str | None) -> Element:
    """Return where files are dropped, or chosen by who has no mouse."""
    return Element(
        "div",
        Element("input", type="file", id=name, aria_describedby=f"{name}-hint", **{"multiple": "", **attributes}),
        Element("label", choose, for_=name),
        Element("span", said, class_="hint", id=f"{name}-hint"),
        class_="zone",
    )


def _today(office: Office, day: date, base: str) -> Element:
    found = lines(office, day)
    due = next_due(office)
    listed = Element("ul", [_line(line, base) for line in found]) if found else paragraph("这个月没有等人办的事。")
    return Element(
        "section",
        Element("h2", f"{office.month.label}等人办的事", id="desk-today", tabindex="-1"),
        listed,
        paragraph(f"下一个期限：{due}", class_="hint") if due else None,
        class_="today",
        aria_labelledby="desk-today",
    )


def _line(line: TodayItem, base: str) -> Element:
    pages = [Element("a", words, href=shown_at(base, at), target="_blank") for at, words in line.pages.items()]
    return Element(
        "li",
        Element("strong", line.word),
        Element("span", line.text, class_="text"),
        Element("span", pages, [_button(each, line) for each in line.buttons], class_="acts"),
    )


def _button(button: Button, line: TodayItem) -> Element:
    return Element(
        "button",
        button.label,
        type="button",
        data_open=button.form,
        data_values=json.dumps(dict(button.values), ensure_ascii=False),
        aria_label=f"{button.label}：{line.word} {line.text}",
    )


def _part(part: FormGroup, office: Office) -> Element:
    heading = Element("h2", part.title)
    return Element("section", heading, [_form(form, office) for form in part.forms], class_="part-of-month")


def _form(form: Form, office: Office) -> Element:
    title = f"desk-{form.id}-title"
    return Element(
        "details",
        Element("summary", Element("span", form.title, id=title), class_="step"),
        Element(
            "form",
            paragraph(form.does, class_="does"),
            [_field(form, field, office) for field in form.fields],
            Element("p", "命令：", Element("code"), class_="command"),
            Element("p", class_="fault", role="alert"),
            Element("button", f"开始{form.title}", type="submit"),
            Element("span", class_="turn"),
            data_form=form.id,
            aria_labelledby=title,
            autocomplete="off",
        ),
        id=f"desk-{form.id}",
    )


def _field(form: Form, field: Field, office: Office) -> Element:
    name = f"desk-{form.id}-{field.name}"
    about = f"{name}-hint" if field.hint else None
    hint = Element("span", field.hint, class_="hint", id=about) if field.hint else None
    label = Element("label", field.label, for_=name)
    needed = "" if field.needed else None
    match field.kind:
        case "choice":
            offered = field.choices(office) if field.choices else []
            if len(offered) == 1:
                value, words = offered[0]
                said = Element("span", field.label, class_="label"), Element("span", words, class_="fixed")
                return Element("p", said, Element("input", type="hidden", name=field.name, value=value), class_="field")
            control = Element(
                "select", [_option(*each) for each in offered], id=name, name=field.name, aria_describedby=about
            )
        case "flag":
            box = Element("input", type="checkbox", id=name, name=field.name, value="on", aria_describedby=about)
            return Element("p", box, label, hint, class_="field flag")
        case "file" | "files":
            return _files(field, name)
        case kind:
            control = Element(
                "input", type=kind, id=name, name=field.name, required=needed, aria_describedby=about,
                autocomplete="new-password" if kind == "password" else "off",
            )  # fmt: skip
    return Element("p", label, control, hint, class_="field")


def _files(field: Field, name: str) -> Element:
    several = "" if field.kind == "files" else None
    kinds = field.accept.replace(",", " ") or "任何文件"
    said = f"把文件拖到这里。{kinds}，每份不超过 {LIMIT_MIB} MB。"
    return Element(
        "div",
        Element("span", field.label, class_="label"),
        _zone(name, f"选择{field.label}", said, multiple=several, accept=field.accept or None),
        Element("ul", class_="sent", aria_label=f"{field.label}：已放入的", aria_live="polite"),
        class_="field sending",
        data_files=field.name,
    )


def _done() -> Element:
    return Element(
        "section",
        Element("h2", "办过的", id="desk-done", tabindex="-1"),
        Element("div", data_done=""),
        class_="done",
        aria_labelledby="desk-done",
    )


def _option(value: str, words: str, *, chosen: bool = False) -> Element:
    return Element("option", words, value=value, selected="" if chosen else None)
