"""The mark that tells our records from others': written into a note, and found there again."""

import re
from collections.abc import Sequence

MARKER_PREFIX = "ik:"
_ANY_MARKER = re.compile(r"(?<![0-9A-Za-z_])ik:[0-9a-f]{16}(?![0-9A-Za-z_])")


def markers_in(note: str) -> Sequence[str]:
    """Return every marker of ours in a note, each as a word of its own, whatever stands around it."""
    return _ANY_MARKER.findall(note) if MARKER_PREFIX in note else ()
