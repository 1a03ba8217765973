"""The delivery note (交接单): what is handed over, its sha256, and the archive's head, to be signed by both sides."""

from minsheng.domain.plan import Plan
from minsheng.render.html.markup import Content, Element, Piece, note
from minsheng.render.html.page import page
from minsheng.render.html.tables import TableColumn, table
from minsheng.signing.chains import gap_words
from minsheng.signing.deliveries import DeliveredReport
from minsheng.signing.signatures import SignedReport
from minsheng.signing.standing import MonthlyReport


def note_page(
    plan: Plan,
    report: MonthlyReport,
    handed: DeliveredReport,
    signed: SignedReport | None,
    remarks: list[str],
    *,
    receiver: str,
) -> bytes:
    """Return the note as a page.

    Parameters
    ----------
    plan
        Names issuer and people.
    handed
        File, hash, time and the archive's head.
    signed
        The signature on the report, if there is one.
    remarks
        What the receiver should know.
    """
    section, title = report.section, f"{report.name}交接单"
    current = signed is not None and signed.report_sha256 == report.sha256
    unsigned = "未签字" if section.leader else "不经分管领导签字"
    by = f"{signed.signer}，{signed.signed_at:%Y-%m-%d}" if signed is not None and current else unsigned
    how = {"pades": "（电子签名，在文件中）", "scan": "（纸质签字，扫描件已登记）", "": ""}
    rows: list[list[Content]] = [
        ["移交文件", f"{report.name}：data/{handed.file}"],
        ["文件 sha256", Element("code", handed.sha256)],
        ["分管领导签字", by + how[signed.kind if signed is not None and current else ""]],
        ["移交人", "、".join(filter(None, (section.name, section.owner)))],
        ["接收单位", receiver],
        ["移交时间", f"{handed.delivered_at:%Y-%m-%d %H:%M}"],
        ["归档账本头", Element("code", handed.head) if handed.head else "尚未归档"],
    ]
    if handed.recorded_at is not None:
        gap = gap_words(handed.delivered_at.isoformat(), handed.recorded_at.isoformat())
        rows.insert(6, ["登记时间", f"{handed.recorded_at:%Y-%m-%d %H:%M}{f'（{gap}）' if gap else ''}"])
    if remarks:
        rows.append(["说明", "；".join(remarks)])
    header = Element(
        "header", Element("p", plan.about.issuer, class_="issuer"), Element("h1", title), class_="title-block"
    )
    listed = table(
        "交接内容", [TableColumn("项目", kind="row"), TableColumn("内容", kind="long")], rows, style="issues"
    )
    blanks: list[list[Content]] = [["移交人签字", "　", "年　月　日"], ["接收人签字", "　", "年　月　日"]]
    columns = [TableColumn("签收", kind="row"), TableColumn("签字", kind="long"), TableColumn("日期", kind="text")]
    signing = table("双方签收", columns, blanks, style="issues")
    how_to = note(
        "收件人请保存本单。核对文件：sha256sum 文件；核对归档：minsheng archive verify --head 账本头，"
        "或按归档中 README.txt 的第 5 步。账本头在外人手中，归档的末尾才不能被悄悄截去。"
    )
    parts = Element("section", listed, signing, how_to, class_="part")
    return page(f"{plan.about.issuer} {title}", Piece(header, parts)._repr_html_())
