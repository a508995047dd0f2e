"""Which queries mean the same to PostgreSQL as to DuckDB: what is not listed here is answered the other way.

Both read much the same language, but not with the same meaning: whole numbers divide to whole numbers in one of them,
ties are rounded otherwise, what is missing is sorted elsewhere. A list of what is alike is short and can be looked at.
"""

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Final

ALIKE: Final = (
    "COLUMN_REF", "COMPARISON", "CONJUNCTION", "CONSTANT", "CASE", "PARAMETER", "SUBQUERY", "BETWEEN", "TYPE",
)  # fmt: skip
OPERATORS: Final = (
    "OPERATOR_NOT", "OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL", "OPERATOR_COALESCE", "COMPARE_IN", "COMPARE_NOT_IN",
)  # fmt: skip
FUNCTIONS: Final = (
    "count_star", "count", "sum", "avg", "min", "max", "stddev_samp", "var_samp", "abs", "floor", "ceil", "sqrt", "ln",
    "lower", "upper", "length", "concat", "nullif", "greatest", "least", "date_trunc", "date_part", "row_number",
    "rank", "dense_rank", "lag", "lead", "first_value", "+", "-", "*", "||", "~~", "!~~",
)  # fmt: skip
DATES: Final = ("date", "timestamp")
WHOLE: Final = ("integer", "bigint")
JUDGEMENTS: Final = ("COMPARISON", "CONJUNCTION")
# A text, a name or a comment, where `$since` is none; or a parameter.
PIECES: Final = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\$(since|until|today)\b""", re.DOTALL)
# What the two read differently: quotes that only one knows, comments that one nests, another end of a line.
FOREIGN: Final = re.compile(r"\$(?!since\b|until\b|today\b)|\b[eEuUbBxX]&?'|\\|/\*|\r|\0")


def is_alike(text: str) -> bool:
    """Tell whether a query, which `parse_query` allowed, means the same to PostgreSQL."""
    import duckdb

    with duckdb.connect() as parser:
        found = parser.execute("SELECT json_serialize_sql(?)", [text]).fetchone()
    return FOREIGN.search(text) is None and found is not None and _alike(json.loads(found[0]))


def with_days(text: str, parameters: Mapping[str, date]) -> str:
    """Write the days into a query where its parameters stand."""

    def piece(found: "re.Match[str]") -> str:
        return f"DATE '{parameters[found[1]].isoformat()}'" if found[1] else found[0]

    return PIECES.sub(piece, text)


def _alike(node: object) -> bool:
    if isinstance(node, list):
        return all(map(_alike, node))
    if not isinstance(node, dict):
        return True
    return _same(node) and all(map(_alike, node.values()))


def _same(node: Mapping[str, object]) -> bool:
    """Look at one node alone."""
    kind, which = node.get("class"), str(node.get("type", ""))
    if kind is None:
        sorted_ = which == "DESCENDING" and node.get("null_order") == "ORDER_DEFAULT"
        return not sorted_ and which != "TABLE_FUNCTION" and not node.get("qualify") and not node.get("sample")
    if kind in ("FUNCTION", "WINDOW"):
        name = str(node.get("function_name", "")).lower()
        return name in FUNCTIONS or (name == "/" and any(map(_is_fraction, _children(node))))
    if kind == "CAST":
        return _is_alike_cast(node)
    if kind == "OPERATOR":
        return which in OPERATORS
    if kind == "STAR":
        return not any(node.get(name) for name in ("exclude_list", "replace_list", "rename_list", "columns"))
    return kind in ALIKE


def _is_alike_cast(node: Mapping[str, object]) -> bool:
    """Days from a text, and 1 or 0 from a judgement: a number that becomes a whole one is rounded differently."""
    child, wanted = node.get("child"), json.dumps([node.get("cast_type"), node.get("type_expr")]).lower()
    inner = child.get("class") if isinstance(child, dict) else None
    names = {name for name in (*DATES, *WHOLE, "interval", "double") if f'"{name}"' in wanted}
    if names & set(WHOLE):
        return inner in JUDGEMENTS
    return bool(names & {*DATES, "interval"}) and inner in ("CONSTANT", "COLUMN_REF", "PARAMETER", "FUNCTION")


def _children(node: Mapping[str, object]) -> list[Mapping[str, object]]:
    """Give what a function is asked of; DuckDB's versions write that in two ways."""
    listed = node.get("arguments") or node.get("children")
    given = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    inner = [each.get("expression", each) for each in given]
    return [each for each in inner if isinstance(each, dict)]


def _is_fraction(node: Mapping[str, object]) -> bool:
    """Tell whether a part of a query is a number with a fraction for sure, so that dividing it keeps the rest."""
    if node.get("class") == "CONSTANT":
        said = json.dumps([node.get("value"), node.get("literal")])
        return '"DECIMAL"' in said or '"NUMERIC"' in said
    return str(node.get("function_name")) in ("*", "+", "-", "/") and any(map(_is_fraction, _children(node)))
