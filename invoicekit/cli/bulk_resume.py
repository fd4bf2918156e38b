"""`--resume`: go on with a job that ended early, once its files are what they were."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from invoicekit.bulk import Inputs, JobState, LineChanges, LineHashes, Source, state_file
from invoicekit.errors import UsageError

ResumeOption = Annotated[
    bool,
    typer.Option("--resume", help="Go on with an earlier run of the same command: do only what is left."),
]
AcceptChangesOption = Annotated[
    bool,
    typer.Option(
        "--accept-changes",
        help="With --resume: go on although a file has changed; its rows are done as they stand now.",
    ),
]


@contextmanager
def remembered(
    inputs: Inputs, journal: Path, *identity: str, resume: bool, accept_changes: bool
) -> Iterator[JobState | None]:
    """Keep what a job has done beside the journal while the block runs; None where its rows come from a pipe.

    Args:
        identity: What the job does, and at whom; with the files' paths it tells one job from another.

    Raises:
        UsageError: There is nothing to resume, another process is at it, or a file has changed.
    """
    if not inputs.is_lasting:
        if resume:
            raise UsageError("--resume needs files: what comes through a pipe is gone; run it without")
        yield None
        return
    names = [str(Path(source.path).resolve()) for source in inputs.sources]
    path = state_file(journal, *identity, *names)
    with JobState(path, job=" ".join(identity), resume=resume) as state:
        lines = [LineHashes.of(source) for source in inputs.sources]
        if resume:
            _check(inputs.sources, lines, state, path, accept_changes=accept_changes)
        else:
            state.begin({"digests": [each.digest for each in lines]})
        if not resume or accept_changes:
            for number, each in enumerate(lines):
                each.save(_beside(path, number))
        del lines
        yield state


def _check(
    sources: tuple[Source, ...], lines: list[LineHashes], state: JobState, path: Path, *, accept_changes: bool
) -> None:
    told = []
    for number, (source, later) in enumerate(zip(sources, lines, strict=True)):
        earlier = LineHashes.load(_beside(path, number))
        if earlier.digest != later.digest:
            told.append(f"{source.name}: {LineChanges.between(earlier, later)}")
    if told and not accept_changes:
        raise UsageError(
            f"changed since the job began: {'. '.join(told)}. Nothing was sent. Put back what it was, or say "
            "--accept-changes: rows that were done stay done, the others are done as they stand now"
        )


def _beside(path: Path, number: int) -> Path:
    return path.with_suffix(f".lines{number}")
