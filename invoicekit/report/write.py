"""A report as a file, by the path's ending."""

import json
import os
from pathlib import Path

from invoicekit.errors import UsageError
from invoicekit.report.document import Document
from invoicekit.report.page import html_page

SUFFIXES = (".html", ".json", ".csv")


def check_report_path(path: Path) -> Path:
    """Return a path that a report can have.

    Raises:
        UsageError: It ends in something else, or its folder does not exist; nothing was sent.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(f"{path}: a report ends in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}")
    if not path.parent.is_dir():
        raise UsageError(f"{path}: there is no such folder; make it first")
    if path.is_dir():
        raise UsageError(f"{path}: is a folder; name a file")
    return path


def write_report(path: Path, document: Document) -> None:
    """Write the report as .html or .json; only its owner can read it.

    The file is whole or not there: it is written beside its place and then moved, which follows no link.

    Raises:
        UsageError: It cannot be written.
    """
    if check_report_path(path).suffix.lower() == ".json":
        content = json.dumps(document.as_json(), indent=2) + "\n"
    else:
        content = html_page(document)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(content)
        os.replace(beside, path)
    except OSError as failure:
        beside.unlink(missing_ok=True)
        raise UsageError(f"{path}: cannot be written: {failure.strerror}") from None
