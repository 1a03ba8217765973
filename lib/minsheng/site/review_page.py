"""差异化综合评价: the receipt that a county gets for its form, and the summary for the bureau."""

from collections.abc import Mapping

from minsheng.domain.assessment import ReviewForm
from minsheng.domain.delivery import Delivery
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.rubric import Review
from minsheng.intake.forms.reviews import ReceivedReview, undifferentiated_reviews
from minsheng.intake.returns.receipts import receipts_dir
from minsheng.render.html.markup import Content, Element, Piece, code, note, paragraph
from minsheng.render.html.numbers import trimmed
from minsheng.render.html.page import page
from minsheng.render.html.tables import TableColumn, table
from minsheng.site.parts import back_to_first, header, section, write_page
from minsheng.workspace import Workspace

REVIEWS = "reviews.html"


def write_review_receipt(workspace: Workspace, plan: Plan, period: Period, one: ReceivedReview) -> str:
    """Write the answer to one file; return its path in the workspace."""
    title = f"{period.label}差异化综合评价表回执"
    who = plan.area_name(one.area) if one.area else "来件单位不明"
    told: list[Element]
    if one.line is None or one.form is None:
        told = [
            paragraph(f"{who}报送的 {one.source} 未予接收，请按下列各条改正后重报。", class_="summary"),
            Element("ul", [Element("li", fault) for fault in one.faults], class_="findings"),
        ]
    else:
        said = f"{who}第{one.line.revision}次报送，{one.line.received_at:%Y-%m-%d %H:%M} 收到，已登记。"
        totals = "；".join(f"{plan.section(each).name}{trimmed(points)}分" for each, points in one.form.totals.items())
        told = [
            paragraph(said, class_="summary"),
            paragraph(f"{totals}。"),
            paragraph("文件 sha256：", code(one.line.sha256)),
        ]
        if one.form.is_undifferentiated:
            told.append(note("各科室给分完全相同（无差异化）。通知要求差异化综合评价，请核实后更正或说明。"))
    body = Piece(header(plan, title, None), section("差异化综合评价", *told))
    path = receipts_dir(workspace.outputs, period) / f"{one.area or one.source}-review.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_page(path, page(f"{plan.about.issuer} {title}", body._repr_html_()))
    return path.relative_to(workspace.root).as_posix()


def write_reviews_page(
    workspace: Workspace,
    plan: Plan,
    review: Review,
    period: Period,
    lines: Mapping[str, Delivery],
    forms: Mapping[str, ReviewForm],
) -> str:
    """Write the bureau's summary: what each county gave each section, who has not answered; return its path."""
    title = f"{period.label}差异化综合评价汇总"
    missing = [area.name for area in plan.assessed_at(period) if area.id not in forms]
    alike = undifferentiated_reviews(plan, forms)
    said = f"应报 {len(plan.assessed_at(period))} 个单位，已报 {len(forms)} 个"
    said += f"，未报 {'、'.join(missing)}" if missing else ""
    parts: list[Element] = [paragraph(f"{said}。", class_="summary")]
    if alike:
        parts.append(note(f"各科室给分完全相同（无差异化）：{'、'.join(alike)}。"))
    columns = [
        TableColumn("县区", kind="row"),
        *(TableColumn(each.name, f"{trimmed(each.full_marks)}分") for each in review.items),
        TableColumn("合计", "分"),
        TableColumn("理由", kind="long"),
        TableColumn("文件", kind="text"),
    ]
    for each in plan.assessed_sections:
        rows: list[list[Content]] = []
        for area, form in forms.items():
            given = form.marks[each.id]
            reasons = [f"{item.name}：{given[item.id].reason}" for item in review.items if given[item.id].reason]
            link = Element("a", "评价表", href=f"../../data/{lines[area].file}")
            points = [trimmed(given[item.id].points) for item in review.items]
            rows.append(
                [plan.area_name(area), *points, trimmed(form.totals[each.id]), "；".join(reasons) or None, link]
            )
        listed = (
            table(f"各县区对{each.name}的评价", columns, rows, style="scores") if rows else paragraph("还没有评价表。")
        )
        parts.append(section(each.name, listed))
    body = Piece(header(plan, title, None, back=back_to_first(plan)), *parts)
    path = workspace.outputs / str(period) / REVIEWS
    path.parent.mkdir(parents=True, exist_ok=True)
    write_page(path, page(f"{plan.about.issuer} {title}", body._repr_html_(), wide=True))
    return path.relative_to(workspace.root).as_posix()
