"""Accepted assessment forms and handed-over reports on disk: light, because notebooks import it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from minsheng.domain.assessment import AssessmentForm, DeliveredMonths, SectionForm, WordForm
from minsheng.domain.period import Period
from minsheng.files.written import read_written


@dataclass(frozen=True)
class Forms:
    """The accepted forms of a period.

    Parameters
    ----------
    areas, sections
        By id.
    missing
        Names of the assessed bodies without a form.
    """

    areas: Mapping[str, AssessmentForm]
    sections: Mapping[str, SectionForm]
    missing: tuple[str, ...]


AnyForm = TypeVar("AnyForm", AssessmentForm, SectionForm, WordForm)


def forms_dir(data_dir: Path, period: Period) -> Path:
    """Return the folder of a period's forms as delivered."""
    return data_dir / "assessment" / str(period)


def accepted_form_path(data_dir: Path, period: Period, who: str) -> Path:
    """Return where the accepted form of an area or section lies."""
    return data_dir / "accepted" / str(period) / f"form-{who}.json"


def read_accepted_form(data_dir: Path, period: Period, area: str) -> AssessmentForm | None:
    """Return the assessor's accepted form for an area.

    Parameters
    ----------
    data_dir
        The workspace's ``data`` folder.
    period
        A half-year or a year.
    area
        Id of an assessed area.

    Returns
    -------
    AssessmentForm or None
        ``None`` where there is none yet.

    Raises
    ------
    UsageError
        If the form on disk is damaged; the message says how to make it anew.
    VersionError
        If another version of the program wrote it.
    """
    path = accepted_form_path(data_dir, period, area)
    return _read(AssessmentForm, path, period) if path.is_file() else None


def read_accepted_section_form(data_dir: Path, period: Period, section: str) -> SectionForm | None:
    """Return the performance office's accepted form for a section (by id).

    Returns
    -------
    SectionForm or None
        ``None`` where there is none yet.

    Raises
    ------
    UsageError
        If the form on disk is damaged; the message says how to make it anew.
    VersionError
        If another version of the program wrote it.
    """
    path = accepted_form_path(data_dir, period, section)
    return _read(SectionForm, path, period) if path.is_file() else None


def accepted_words_path(data_dir: Path, month: Period, section: str) -> Path:
    """Return where a section's accepted words of a month (评定) lie: apart from what the check of returns writes."""
    return data_dir / "accepted" / "words" / str(month) / f"form-{section}.json"


def read_accepted_words(data_dir: Path, month: Period, section: str) -> WordForm | None:
    """Return what a section's assessor said of a month, ``None`` where nothing was; else as the other forms."""
    path = accepted_words_path(data_dir, month, section)
    return _read(WordForm, path, month) if path.is_file() else None


def _read(form: type[AnyForm], path: Path, period: Period) -> AnyForm:
    command = "run" if form is WordForm else "assess"
    return read_written(form, path.read_bytes(), path, remedy=f"请重做：minsheng {command} {period}")


def accepted_deliveries_path(data_dir: Path, period: Period) -> Path:
    """Return what intake made of the register of handed-over reports for a period."""
    return data_dir / "accepted" / "deliveries" / f"{period}.json"


def read_accepted_deliveries(data_dir: Path, period: Period) -> DeliveredMonths | None:
    """Return what is on record; ``None`` where no report was ever handed over, or the record is damaged."""
    try:
        return DeliveredMonths.model_validate_json(accepted_deliveries_path(data_dir, period).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
