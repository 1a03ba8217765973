"""The forms of the desk, in the order of a month: a further command is one more entry."""

from minsheng.archive.package.key import PASSWORD
from minsheng.desk.forms import Field, Form, FormGroup
from minsheng.desk.office import Office
from minsheng.intake.returns.store import SPREADSHEETS

_SHEETS = ",".join(sorted(SPREADSHEETS))

_UNSEEN = "密码只交给这条命令，不写进命令行，也不留在磁盘上。"

_MONTH = Field("period", "月份", "choice", choices=lambda office: office.this_month)

_PERIOD = Field("period", "报告期", "choice", choices=lambda office: office.periods)

_FORCE = Field("force", "未变化的也重做", "flag", "--force")

_SECTION = Field("section", "科室", "choice", choices=lambda office: office.signing)

_FILES = Field("files", "收到的文件", "files", accept=_SHEETS, needed=True)


def _areas(office: Office) -> list[tuple[str, str]]:
    return office.areas


_RECEIVE = Form(
    "receive",
    "接收报表",
    "登记收到的文件：原样存档，逐份校验，写出回执；更正的报表另存一版。可以一次放多份，不分先后。",
    ("receive", "--json"),
    (
        _MONTH,
        _FILES,
        Field("sender", "谁送来的", option="--sender", hint="默认为封面的填报单位。"),
        Field("at", "收到的时间", option="--received-at", hint="例如 7月21日 9:30；默认为现在。"),
        Field(
            "area",
            "认定是谁的",
            "choice",
            "--area",
            choices=_areas,
            hint="封面、标题、文件名说的不是同一个地区时才选，一次一份。",
        ),
    ),
)

_TEMPLATE = Form(
    "template",
    "写出空白表",
    "写出空白表，发给各单位填写：月份的是县区报表和科室工作情况表，半年、年度的是考评表。",
    ("template",),
    (_PERIOD,),
    repeats=True,
)

_WITHDRAW = Form(
    "withdraw",
    "撤回一版",
    "撤回一个单位现行的一版报表：原件保留，前一版重新有效，撤回的原因记入登记。",
    ("receive",),
    (
        _MONTH,
        Field("who", "谁的报表", "choice", "--withdraw", choices=lambda office: office.owners, needed=True),
        Field("why", "原因", option="--why", needed=True),
    ),
)

_CHECK = Form(
    "check",
    "校验",
    "读取并校验本月收到的全部报表，写出接收结果与回执；不生成报告。",
    ("check",),
    (_MONTH, _FORCE),
    repeats=True,
)

_RUN = Form(
    "run",
    "生成",
    "校验报表，执行全部笔记本，生成各项目报告、得分、月报、通报和网页；没有变化的不重做。",
    ("run",),
    (
        _MONTH,
        Field("area", "只做一个地区", "choice", "--area", choices=_areas),
        Field("stale", "以后月份因更正而过期的也重做", "flag", "--stale"),
        _FORCE,
    ),
    repeats=True,
)

_SIGN_SCAN = Form(
    "sign_scan",
    "登记纸质签字",
    "登记分管领导在纸质月报上签字后的扫描件；签字人须是方案写明的分管领导。",
    ("sign",),
    (
        _MONTH,
        _SECTION,
        Field("scan", "扫描件", "file", "--scan", accept=".pdf,.jpg,.jpeg,.png", needed=True),
        Field("signer", "签字人", option="--signer", needed=True),
        Field("signed_on", "签字日期", "date", "--signed-on", needed=True),
        Field("why", "代替电子签名的原因", option="--why", hint="已有电子签名时必填。"),
    ),
)

_SIGN_P12 = Form(
    "sign_p12",
    "用证书签字",
    "用分管领导的证书在月报“分管领导签字”处签电子签名，并登记。证书文件用后即从服务器删去。",
    ("sign",),
    (
        _MONTH,
        _SECTION,
        Field("p12", "证书文件", "file", "--p12", accept=".p12,.pfx", needed=True),
        Field("password", "证书密码", "password", "--password-env", variable="P12_PASSWORD", hint=_UNSEEN),
    ),
)

_DELIVER = Form(
    "deliver",
    "登记报送",
    "登记把月报或考评结果表交给谁，并生成交接单（印有文件的 sha256 和归档账本头）。",
    ("deliver",),
    (
        _PERIOD,
        Field("section", "报什么", "choice", choices=lambda office: office.handing),
        Field("to", "报给谁", "choice", "--to", choices=lambda office: office.receivers),
        Field("at", "移交时间", option="--at", hint="例如 6月26日 16:00；默认为现在。"),
    ),
)

_ASSESS = Form(
    "assess",
    "考评",
    "读取收到的考评表，算出县区得分、排名、科室倒扣分和考评结果表；最后列出印证资料是否齐全。",
    ("assess",),
    (Field("period", "考评期", "choice", choices=lambda office: office.assessments), _FORCE),
    repeats=True,
)

_FORMS = Form(
    "forms",
    "接收考评表",
    "按封面认是谁的，放到考评读取的地方；换下的旧表保留。接着列出表上还要改正什么。月度评定表也在这里放。",
    ("receive", "--form"),
    (Field("period", "报告期", "choice", choices=lambda office: office.assessments + office.this_month), _FILES),
)

_OF_ITEM = (
    Field("period", "考评期", "choice", choices=lambda office: office.assessments),
    Field("who", "谁的", "choice", "--area", choices=lambda office: office.proven, needed=True),
    Field("item", "小项", "choice", "--item", choices=lambda office: office.items, needed=True),
)

_EVIDENCE = Form(
    "evidence",
    "放入印证资料",
    "放到考评表所写的小项下；文件名照样写进考评表。已有同名而内容不同的不替换。",
    ("receive",),
    (
        *_OF_ITEM,
        Field("files", "印证资料", "files", needed=True),
    ),
)

_BY = Field("by", "谁负责", option="--by", needed=True)

_WAIVE = Form(
    "waive",
    "写明免交",
    "写明谁同意一个小项免交印证资料、为什么：记入登记，印在证据册里。",
    ("answer",),
    (
        *_OF_ITEM,
        _BY,
        Field("why", "理由", option="--why", needed=True),
    ),
)

_VOUCH = Form(
    "vouch",
    "答复未检的文件",
    "归档时列为“未检”的文件（图片、加密的 PDF），系统查看不了有没有个人信息：打开看过，把同一份放到这里，"
    "写明谁看过、为什么可以归档。",
    ("answer",),
    (
        _PERIOD,
        Field("files", "看过的文件", "files", needed=True),
        _BY,
        Field("why", "为什么可以归档", option="--why", needed=True),
    ),
)

_REVIEWS = Form(
    "reviews",
    "接收评价表",
    "登记各县区对科室的差异化综合评价表，写出回执和汇总。",
    ("receive",),
    (
        Field("period", "年度", "choice", choices=lambda office: office.year),
        _FILES,
        Field("sender", "谁送来的", option="--sender"),
    ),
)

_SEAL = Form(
    "seal",
    "归档",
    "把这一期的报告、报表、回执、方案与笔记本封存为只读的归档包，记入签名的账本。封存以后不能改，只能再封一版。",
    ("archive", "seal"),
    (
        _PERIOD,
        Field("why", "原因", option="--why", hint="重新归档，或归档没有签齐、报齐的月份时必填。"),
        Field(
            "password",
            "归档钥匙的密码",
            "password",
            variable=PASSWORD,
            hint=f"钥匙没有设密码的不填。{_UNSEEN}",
        ),
    ),
)

_VERIFY = Form(
    "verify",
    "核验归档",
    "核验每个文件的校验码、清单、账本的链与签名、领导签字与报送；只读，不改动任何东西。",
    ("archive", "verify"),
    (
        Field("package", "核验哪一个", "choice", choices=lambda office: office.packages),
        Field("recompute", "不用笔记本，从归档的报表和方案重算每个数据", "flag", "--recompute"),
        Field("sm3", "国密 SM3 也逐份重算", "flag", "--sm3"),
        Field("head", "交接单上印的账本头", option="--head"),
    ),
    repeats=True,
)

_VERIFY_FILE = Form(
    "verify_file",
    "查一份文件",
    "查一份文件归档在哪个包里，与归档的是否逐字节相同；只读。",
    ("archive", "verify"),
    (Field("file", "要查的文件", "file", needed=True),),
)

PARTS = (
    FormGroup("收表", (_RECEIVE, _TEMPLATE, _WITHDRAW)),
    FormGroup("校验与生成", (_CHECK, _RUN)),
    FormGroup("签字与报送", (_SIGN_SCAN, _SIGN_P12, _DELIVER)),
    FormGroup("归档与核验", (_VOUCH, _SEAL, _VERIFY, _VERIFY_FILE)),
    FormGroup("考评", (_FORMS, _EVIDENCE, _WAIVE, _ASSESS, _REVIEWS)),
)

FORMS = {form.id: form for part in PARTS for form in part.forms}
