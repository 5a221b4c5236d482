"""The audit log as a file for others: JSON lines or CSV."""

import csv
import json
from collections.abc import Callable, Iterable
from typing import IO, Literal, assert_never

from desktop.engine.audit import AuditEntry

ExportFormat = Literal["json", "csv"]
Redact = Callable[[str], str]
"""Takes keys out of text that leaves the program."""

_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def write_entries(entries: Iterable[AuditEntry], target: IO[str], form: ExportFormat, redact: Redact) -> int:
    """Write rows.

    Args:
        entries: In the order they are to have.
        target: Open for text, with ``newline=""``.
        form: JSON lines, arguments and decision as objects; or CSV with a head, for a spreadsheet.
        redact: Takes keys out of text.

    Returns:
        How many rows.
    """
    match form:
        case "json":
            return _write_json(entries, target, redact)
        case "csv":
            return _write_csv(entries, target, redact)
    assert_never(form)


def _write_json(entries: Iterable[AuditEntry], target: IO[str], redact: Redact) -> int:
    count = 0
    for entry in entries:
        fields = _fields(entry, redact)
        fields |= {name: _parsed(fields[name]) for name in ("arguments", "decision")}
        target.write(json.dumps(fields, ensure_ascii=False).encode("utf-8", "backslashreplace").decode() + "\n")
        count += 1
    return count


def _write_csv(entries: Iterable[AuditEntry], target: IO[str], redact: Redact) -> int:
    writer = csv.DictWriter(target, list(AuditEntry.model_fields))
    writer.writeheader()
    count = 0
    for entry in entries:
        writer.writerow({name: _cell(value) for name, value in _fields(entry, redact).items()})
        count += 1
    return count


def _fields(entry: AuditEntry, redact: Redact) -> dict[str, object]:
    dumped = entry.model_dump(mode="json")
    return {name: redact(value) if isinstance(value, str) else value for name, value in dumped.items()}


def _parsed(text: object) -> object:
    try:
        return json.loads(text) if isinstance(text, str) else text
    except ValueError:  # damaged, or redacted across a quotation mark: the text itself
        return text


def _cell(value: object) -> object:
    """A cell that no spreadsheet takes for a formula."""
    if isinstance(value, str) and value.startswith(_FORMULA_SIGNS):
        return f"'{value}"
    return value
