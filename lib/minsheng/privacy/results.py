"""What of a sealed result can be a person's number: its texts. A sum may well have eleven digits."""

import json
from decimal import Decimal
from typing import Any

from minsheng.domain.result import Result


def texts_of_result(document: Any, text: str) -> Any:
    """Return a result without its exact figures; any other document, and a result that is not valid, as it is.

    Parameters
    ----------
    document
        What was read from ``text``.
    text
        JSON.
    """
    if not isinstance(document, dict) or document.keys() != Result.model_fields.keys():
        return document
    try:
        result = Result.model_validate_json(text)
    except ValueError:
        return document
    bare = json.dumps(result.model_dump(), default=lambda value: None if isinstance(value, Decimal) else str(value))
    return json.loads(bare, parse_int=str, parse_float=str)
