"""JSON Schema of a table's expectations, whose models intake owns."""

from typing import Any

from minsheng.domain.base import Frozen
from minsheng.domain.table import Column
from minsheng.plan.schemas import schema_of


def expectations_schema(rule: type[Frozen], derived: type[Frozen]) -> dict[str, Any]:
    """Return the schema of one file under ``expectations/``."""
    made = {model.__name__: schema_of("tables", model) for model in (rule, derived, Column)}
    definitions: dict[str, Any] = {}
    for schema in made.values():
        definitions |= schema.pop("$defs", {})
        schema.pop("$schema", None)
    definitions |= made
    rules = definitions[rule.__name__]["properties"]
    # One change, or several.
    rules["bad"] = {"anyOf": [{"type": "object"}, {"type": "array", "items": {"type": "object"}}]}

    def list_of(model: type[Frozen]) -> dict[str, Any]:
        return {"type": "array", "items": {"$ref": f"#/$defs/{model.__name__}"}}

    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "properties": {
            "table": {"type": "string", "description": "表的编号，与文件名相同"},
            "printed": {**list_of(Column), "description": "表上印着、可由别的数核对的列"},
            "derive": {**list_of(derived), "description": "由别的表或方案算出、供规则用的列"},
            "rules": {**list_of(rule), "description": "校验规则，至少一条"},
        },
        "required": ["table", "rules"],
        "additionalProperties": False,
        "$defs": definitions,
    }
