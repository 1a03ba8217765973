"""``run.html``: how a period's reports were made - what, how long, what failed and where to look.

It holds clock times and lies outside of every comparison: no report, no part of what is sealed.
"""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from minsheng.domain.area import CITY
from minsheng.domain.clock import BEIJING
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.result import Figures
from minsheng.errors import ExitCode
from minsheng.process import STAGE
from minsheng.render.html.markup import Content, Element, Piece, note
from minsheng.render.html.page import page
from minsheng.render.html.tables import TableColumn, table
from minsheng.runs.failures import FailureKind, fallback_in_words
from minsheng.runs.graph import period_tasks
from minsheng.runs.history import RecordedRun, RunHistory
from minsheng.runs.log import LoggedEvent, RunLog
from minsheng.runs.released_code import OriginKind, changed_code, modified_tree, origins_of
from minsheng.site.parts import PeriodResults, header, section, write_page
from minsheng.workspace import Workspace

_SLOWEST = 10

_EARLIER = 10

_STAGES = {
    "plan": "读取方案",
    "intake": "校验报表",
    "intake.read": "其中：读取文件",
    "intake.parse": "其中：识别表格",
    "intake.import": "其中：装入校验程序",
    "intake.rules": "其中：执行校验规则",
    "intake.write": "其中：写出接收结果",
    "intake.receipts": "其中：写出回执",
    "intake.deliveries": "其中：报出文件登记",
    "forms": "读取考评表",
    "units": "执行、排版、发布报告",
    "template": "其中：等待预热进程启动",
    "site": "网页与汇总表",
}

_PARTS = (("execute", "执行"), ("render", "排版"), ("publish", "发布"))

_COUNTS = (("made", "新生成"), ("skipped", "未变化"), ("failed", "失败"), ("waiting", "等待"))

_CODES = {
    ExitCode.DONE: "完成",
    ExitCode.GAPS: "完成，有缺口（未报送或未通过校验）",
    ExitCode.FILE_REFUSED: "完成，有文件被拒收",
    ExitCode.GATE_REFUSED: "完成，有报告未过关口",
    ExitCode.NOTEBOOK_FAILED: "有报告生成失败",
}


def write_run_page(workspace: Workspace, plan: Plan, period: Period, log: RunLog) -> None:
    """Write the page of the run that ``log`` has listened to, with the runs before it.

    Parameters
    ----------
    log
        The log of a run that has finished.
    """
    with RunHistory(workspace.history) as history:
        earlier = [run for run in history.runs(str(period), most=_EARLIER + 1) if run.log != log.run_id][:_EARLIER]
    names = _Names(plan)
    title = f"{period.label}运行记录"
    body = Piece(
        header(plan, title, _about(workspace, plan, period), back=(f"{period.label}报告", "index.html")),
        note("本页说明最近一次运行怎样生成报告，含时钟时间；不是报告，不归档。"),
        _summary(log),
        _stages(log.events),
        _code(workspace, plan, period),
        _unfinished(log.events, names, workspace.outputs / str(period)),
        _slowest(log.events, names),
        _tasks(log.events, names),
        _earlier(earlier),
    )
    content = page(f"{plan.about.issuer} {title}", body._repr_html_())
    write_page(workspace.run_page(period), content)


def _about(workspace: Workspace, plan: Plan, period: Period) -> Figures | None:
    """Return the figures that say what the period's data are: of an assessment's result table, or of the ranking."""
    sealed = PeriodResults(workspace, plan, period)
    return sealed.figures(CITY, "result_table") or sealed.figures(CITY, "scoring")


class _Names:
    """The names that people give to tasks."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._notebooks = plan.notebook_names

    def __call__(self, task: str) -> str:
        _, subject, notebook = task.split("/")
        return f"{self._plan.owner_name(subject)} {self._notebooks.get(notebook, notebook)}"


def _of(events: Iterable[LoggedEvent], *kinds: str) -> list[LoggedEvent]:
    return [event for event in events if event["event"] in kinds]


def _summary(log: RunLog) -> Element:
    (begun,), (ended,) = _of(log.events, "run_started"), _of(log.events, "run_finished")
    facts: list[tuple[str, Content]] = [
        ("命令", f"minsheng {begun['command']} {begun['period']}"),
        ("开始", _clock(begun["time"])),
        ("用时", f"{ended['seconds']:.1f} 秒"),
        ("结果", _CODES.get(ended["exit_code"], f"退出码 {ended['exit_code']}")),
        ("报告", "，".join(f"{word} {ended[key]} 份" for key, word in _COUNTS)),
        ("程序", begun["product"]),
        ("日志", Element("a", log.path.name, href=f"logs/{log.path.name}")),
    ]
    rows = [Element("div", Element("dt", word), Element("dd", value)) for word, value in facts]
    return section("本次运行", Element("dl", rows, class_="facts"))


def _stages(events: Iterable[LoggedEvent]) -> Element:
    seconds: dict[str, float] = {}
    for event in _of(events, STAGE):
        seconds[event["stage"]] = seconds.get(event["stage"], 0.0) + event["seconds"]
    rows: list[list[Content]] = [[word, f"{seconds[name]:.2f}"] for name, word in _STAGES.items() if name in seconds]
    return section(
        "各阶段用时", table("各阶段用时", [TableColumn("阶段", kind="row"), TableColumn("用时", "秒")], rows)
    )


def _code(workspace: Workspace, plan: Plan, period: Period) -> Element | None:
    """Name what made the reports and is not the release's: notebooks, files of the program."""
    tasks = period_tasks(plan, period)
    own = [each.words for each in origins_of(workspace, tasks) if each.kind == OriginKind.OWN]
    said = [*changed_code(workspace, tasks), *filter(None, [modified_tree()]), *own]
    return section("笔记本与程序", Element("ul", [Element("li", each) for each in said])) if said else None


def _unfinished(events: Iterable[LoggedEvent], names: _Names, folder: Path) -> Element | None:
    rows: list[list[Content]] = []
    for event in _of(events, "unit_failed"):
        where = event["where"].split("/", 2)[2]  # below outputs/<period>/
        look: Content = Element("a", "错误详情", href=where) if (folder / where).is_file() else where
        rows.append([names(event["unit"]), f"失败：{FailureKind(event['failure']).word}", look])
    rows += [
        [names(event["unit"]), "未生成", f"等待 {names(event['waits_for'])}"] for event in _of(events, "unit_waiting")
    ]
    rows += [
        [names(event["unit"]), f"重试：{FailureKind(event['failure']).word}", "第二次单独运行"]
        for event in _of(events, "unit_retried")
    ]
    rows += [
        [names(event["unit"]), "试图使用不属于它的来源，未能得逞", "、".join(event["refused"])]
        for event in _of(events, "unit_refused")
    ]
    slower = "改用普通进程（较慢，结果相同）"
    rows += [["一个笔记本或页面", slower, fallback_in_words(event["reason"])] for event in _of(events, "fallback")]
    if not rows:
        return None
    columns = [TableColumn("报告", kind="row"), TableColumn("情况", kind="long"), TableColumn("说明", kind="long")]
    return section("失败、等待、重试与拒绝", table("失败、等待、重试与拒绝", columns, rows))


def _slowest(events: Iterable[LoggedEvent], names: _Names) -> Element | None:
    made = _of(events, "unit_made", "unit_failed")
    if not made:
        return None
    made.sort(key=lambda event: -sum(event["stages"].values()))
    rows: list[list[Content]] = []
    for event in made[:_SLOWEST]:
        stages = event["stages"]
        parts: list[Content] = [f"{stages[part]:.2f}" if part in stages else None for part, _ in _PARTS]
        rows.append([names(event["unit"]), *parts, f"{sum(stages.values()):.2f}"])
    columns = [
        TableColumn("报告", kind="row"),
        *(TableColumn(word, "秒") for _, word in _PARTS),
        TableColumn("合计", "秒"),
    ]
    return section("最慢的报告", table(f"最慢的 {len(rows)} 份报告", columns, rows))


def _tasks(events: Iterable[LoggedEvent], names: _Names) -> Element:
    (ended,) = _of(events, "run_finished")
    lists = {
        "新生成": [event["unit"] for event in _of(events, "unit_made")],
        "未变化": ended["units"]["skipped"],
    }
    rows: list[list[Content]] = [
        [word, str(len(tasks)), "、".join(names(task) for task in sorted(tasks)) or None]
        for word, tasks in lists.items()
    ]
    columns = [TableColumn("情况", kind="row"), TableColumn("份数", "份"), TableColumn("报告", kind="long")]
    return section("生成与未变化", table("生成与未变化的报告", columns, rows))


def _earlier(runs: Iterable[RecordedRun]) -> Element | None:
    rows: list[list[Content]] = [
        [
            _clock(run.started),
            *(str(run.summary[key]) if key in run.summary else None for key, _ in _COUNTS),
            "" if run.finished else "中断",
            Element("a", "日志", href=f"logs/{run.log}.jsonl") if run.log else None,
        ]
        for run in runs
    ]
    if not rows:
        return None
    columns = [
        TableColumn("开始", kind="row"),
        *(TableColumn(word, "份") for _, word in _COUNTS),
        TableColumn("说明", kind="text"),
        TableColumn("日志", kind="text"),
    ]
    return section("以往运行", table("以往运行", columns, rows))


def _clock(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")
