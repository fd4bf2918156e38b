"""One change that breaks a promise."""

import attrs


@attrs.frozen(kw_only=True)
class Removal:
    """A line that keeps a promise, and what it looks like without it.

    Attributes:
        name: What is gone.
        path: The file, from the root.
        line: As it stands there, exactly once.
        without: What takes its place.
        tests: What to run: the narrowest that must notice.
    """

    name: str
    path: str
    line: str
    without: str
    tests: tuple[str, ...]
