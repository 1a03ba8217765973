"""The tour: a month in four short steps, told by what lies in the workspace, each at the place that it is about."""

from dataclasses import dataclass

from minsheng.desk.office import Office
from minsheng.desk.shown_files import shown_at
from minsheng.intake.returns.receipts import receipts_dir
from minsheng.render.html.markup import Content, Element, paragraph


@dataclass(frozen=True)
class _TourStep:
    """One step: its words, where on the desk it happens, and what there is to look at (address → words)."""

    title: str
    words: str
    place: str
    pages: dict[str, str]


def tour(office: Office, base: str) -> Element:
    """Return the tour, hidden until it is asked for or a newcomer has sat down."""
    steps = _steps(office)
    return Element(
        "section",
        [_card(step, number, len(steps), base) for number, step in enumerate(steps)],
        class_="tour",
        hidden="",
        aria_label="导览",
    )


def _steps(office: Office) -> list[_TourStep]:
    month, rows = office.month.label, office.status.rows
    came = [row for row in rows if row.revision]
    sample = "这里用工作区现有的数据说明" if came else "这个工作区还没有报表，先看每一步在哪里"
    folder = receipts_dir(office.workspace.outputs, office.month)
    receipts = {f"outputs/{office.month}/receipts/{row.id}.html": f"{row.name}的回执" for row in came[:1]}
    receipts = {at: words for at, words in receipts.items() if (folder / at.rpartition("/")[2]).is_file()}
    site = {f"outputs/{office.month}/index.html": f"{month}的网页"}
    made = office.status.made
    return [
        _TourStep(
            "看有什么事",
            f"一打开就看“等人办的事”：谁没有报、谁没通过、哪份没签字、哪份没报送，每一行后面是该按的按钮。{sample}：{month}。",
            "desk-today",
            {},
        ),
        _TourStep(
            "收报表",
            f"把收到的文件拖进“放入文件”，不分先后，可以一次多份：先说明每份认作什么，报表进“接收报表”。开始后逐份登记、校验，列出回执：错的格子标红，下载后退回更正。"
            f"{month}收到 {len(came)} 份，应报 {len(rows)} 份。",
            "desk-receive",
            receipts,
        ),
        _TourStep(
            "生成报告",
            "表齐了按“生成”：各项目报告、得分、月报、通报一起做好，没有变化的不重做。关上浏览器它也继续，回来还看得到。"
            f"{month}已生成 {made} 份报告。",
            "desk-run",
            site if (office.workspace.outputs / str(office.month) / "index.html").is_file() else {},
        ),
        _TourStep(
            "签字、报送、归档",
            "科室月报由分管领导签字（扫描件或证书），登记报给了谁，最后封存。封存以后谁也改不了，随时可以核验。"
            + (office.status.archived or f"{month}还没有可以归档的报告。"),
            "desk-sign_scan",
            {},
        ),
    ]


def _card(step: _TourStep, number: int, count: int, base: str) -> Element:
    pages: list[Content] = [
        Element("a", f"看{words}", href=shown_at(base, at), target="_blank") for at, words in step.pages.items()
    ]
    last = number + 1 == count
    return Element(
        "article",
        Element("h2", f"{number + 1}/{count}　{step.title}", tabindex="-1"),
        paragraph(step.words),
        paragraph(pages) if pages else None,
        Element(
            "p",
            Element("button", "上一步", type="button", data_tour=str(number - 1)) if number else None,
            None if last else Element("button", "下一步", type="button", data_tour=str(number + 1)),
            Element("button", "结束导览", type="button", data_tour=""),
        ),
        data_place=step.place,
        hidden="",
    )
