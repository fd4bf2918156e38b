"""Report files: whole or not there, for their owner alone."""

import json
import stat
from pathlib import Path

import pytest
import report_samples as samples

from invoicekit.errors import UsageError
from invoicekit.report import check_report_path, write_report


@pytest.mark.parametrize("name", ["report.html", "REPORT.JSON"])
def test_a_report_is_for_its_owner(tmp_path: Path, name: str) -> None:
    """It holds ids and amounts: nobody else reads it; nothing else is left in the folder."""
    write_report(tmp_path / name, samples.mixed())

    assert [each.name for each in tmp_path.iterdir()] == [name]
    assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_the_json_holds_the_document(tmp_path: Path) -> None:
    """The file is the document's JSON."""
    document = samples.mixed()

    write_report(tmp_path / "out.json", document)

    assert json.loads((tmp_path / "out.json").read_text()) == json.loads(json.dumps(document.as_json()))


@pytest.mark.parametrize("name", ["report.txt", "report", "gone/report.html"])
def test_what_cannot_be_a_report_is_refused_before_anything_is_sent(tmp_path: Path, name: str) -> None:
    """A typing mistake is found before the job, not after it."""
    with pytest.raises(UsageError):
        check_report_path(tmp_path / name)


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    """Whoever laid a link there does not choose which file is overwritten."""
    (tmp_path / "precious").write_text("keep me")
    (tmp_path / "out.html").symlink_to(tmp_path / "precious")

    write_report(tmp_path / "out.html", samples.clean())

    assert (tmp_path / "precious").read_text() == "keep me"
    assert not (tmp_path / "out.html").is_symlink()
