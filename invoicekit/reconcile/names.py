"""Do two names mean the same payer?"""

import re
import unicodedata
from enum import Enum
from functools import lru_cache

_LEGAL_FORMS = frozenset(
    {
        "ab",
        "ag",
        "aps",
        "as",
        "asa",
        "bv",
        "cie",
        "co",
        "company",
        "corp",
        "corporation",
        "eg",
        "ek",
        "eu",
        "eurl",
        "ev",
        "gbr",
        "gesmbh",
        "gmbh",
        "inc",
        "incorporated",
        "kft",
        "kg",
        "kgaa",
        "limited",
        "llc",
        "llp",
        "ltd",
        "mbh",
        "nv",
        "ohg",
        "oy",
        "oyj",
        "plc",
        "pty",
        "sa",
        "sarl",
        "sas",
        "sasu",
        "se",
        "sia",
        "sl",
        "slu",
        "spa",
        "spzoo",
        "srl",
        "the",
        "ug",
        "und",
        "and",
        "et",
        "y",
    }
)
_SHORTEST_WORD = 4
_CUT_OFF = 20


class Likeness(Enum):
    """How two names compare."""

    SAME = "same"
    IN_PART = "in part"
    DIFFERENT = "different"
    UNKNOWN = "unknown"
    """One of them is not given."""


@lru_cache(maxsize=4096)
def words_of(name: str) -> frozenset[str]:
    """Return the words of a name that tell it from others: no case, accents or legal forms."""
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss"))
    text = "".join(each for each in plain if not unicodedata.combining(each)).casefold()
    # Banks write ue for ü, and then it is one word with what others write u for.
    for long, short in (("ae", "a"), ("oe", "o"), ("ue", "u")):
        text = text.replace(long, short)
    text = re.sub(r"(?<=\w)\.(?=\w)", "", text)  # S.p.A., e.V.
    words = frozenset(re.findall(r"[^\W_]+", text))
    return words - _LEGAL_FORMS or words


def compare(one: str, other: str) -> Likeness:
    """Compare two names of payers."""
    first, second = words_of(one), words_of(other)
    if not first or not second:
        return Likeness.UNKNOWN
    if first == second or _is_cut_off(one, other) or _is_cut_off(other, one):
        return Likeness.SAME
    if any(len(word) >= _SHORTEST_WORD for word in first & second):
        return Likeness.IN_PART
    return Likeness.DIFFERENT


def _is_cut_off(short: str, long: str) -> bool:
    """Tell whether one name is the other cut off at a field's end."""
    return len(short) >= _CUT_OFF and long.casefold().startswith(short.casefold())
