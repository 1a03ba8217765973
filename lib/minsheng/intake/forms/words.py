"""评定: the words that sections' assessors give for a month, from delivered forms to what reports read."""

from pathlib import Path
from typing import TYPE_CHECKING

from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.errors import FileRefusedError
from minsheng.files.writing import write_atomically
from minsheng.files.written import canonical_json
from minsheng.intake.forms.form_store import accepted_words_path, forms_dir

if TYPE_CHECKING:
    from minsheng.domain.assessment import WordForm


def accept_words(data_dir: Path, plan: Plan, period: Period) -> None:
    """Write the accepted words of a month and the year's months before it, and forget those that are gone.

    Raises
    ------
    FileRefusedError
        If a form has faults: every fault of every form, and nothing is accepted.
    """
    if plan.lights.assessed is None:
        return
    read: dict[Path, WordForm] = {}
    faults: list[str] = []
    for month in period.year_to_date:
        paths = [
            path for path in sorted(forms_dir(data_dir, month).glob("*.*")) if not path.name.startswith((".", "~$"))
        ]
        if not paths:
            continue
        from minsheng.intake.forms.word_forms import read_word_forms  # what reads spreadsheets; most months have none

        for section, form in read_word_forms(paths, data_dir, plan, month, faults).items():
            read[accepted_words_path(data_dir, month, section)] = form
    if faults:
        lines = "\n".join(faults)
        raise FileRefusedError(f"{lines}\n共 {len(faults)} 个问题。评定表改正后重新运行 minsheng run {period}")
    for month in period.year_to_date:
        for body in plan.sections:
            path = accepted_words_path(data_dir, month, body.id)
            if path in read:
                write_atomically(path, canonical_json(read[path].model_dump(mode="json")))
            else:
                path.unlink(missing_ok=True)
