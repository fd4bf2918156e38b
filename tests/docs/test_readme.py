"""Every Python block of the README runs, in order, against the simulator."""

import ast
import asyncio
import inspect
import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

BLOCK = re.compile(r"^```python\n(.+?)^```$", re.DOTALL | re.MULTILINE)


def blocks(readme: str) -> list[tuple[int, str]]:
    """Return each block with the line it starts on."""
    return [(readme.count("\n", 0, found.start(1)) + 1, found[1]) for found in BLOCK.finditer(readme)]
