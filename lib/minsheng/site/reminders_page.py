"""A month's list of who still owes what: written when somebody is to be reminded, taken away when nobody is."""

import json
from dataclasses import asdict
from datetime import date

from minsheng.agenda.reminders import LIST, PAGE, Owed
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.files.writing import write_atomically
from minsheng.workspace import Workspace


def write_reminders(workspace: Workspace, plan: Plan, period: Period, day: date, owed: tuple[Owed, ...]) -> None:
    """Write a month's list as it is on a day; with nobody to remind it is taken away."""
    from minsheng.render.html.markup import Piece, note, paragraph
    from minsheng.render.html.numbers import day as told
    from minsheng.render.html.page import page
    from minsheng.render.html.tables import TableColumn, table
    from minsheng.site.parts import back_to_first, header, section, write_page

    folder = workspace.outputs / str(period)
    if not owed:
        for name in (PAGE, LIST):  # the page first: a list without its page is written again
            (folder / name).unlink(missing_ok=True)
        return
    title = f"{period.label}催报名单"
    columns = [TableColumn("单位", kind="row"), TableColumn("期限", kind="text"), TableColumn("还有", "天")]
    rows = [[each.name, told(each.due), str(each.days_left)] for each in owed]
    body = Piece(
        header(plan, title, None, back=back_to_first(plan)),
        section(
            "未报送",
            paragraph(f"截至{told(day)}，{len(owed)}个单位的{period.label}报表还没有收到。", class_="summary"),
            table(f"{period.label}未报送单位", columns, rows),
            note("0天即今天截止。遇节假日只能提前，期限已按方案的节假日表提前。"),
        ),
    )
    write_page(folder / PAGE, page(f"{plan.about.issuer} {title}", body._repr_html_(), wide=True))
    document = {"period": str(period), "as_of": day.isoformat(), "returns": [asdict(each) for each in owed]}
    content = json.dumps(document, ensure_ascii=False, indent=1, default=str) + "\n"
    write_atomically(folder / LIST, content.encode())
