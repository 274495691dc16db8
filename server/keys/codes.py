"""Enrolment codes, which people read aloud and type with cold hands. Uses no character that is taken for another.

Refuses nothing: what is not spelt like a code is handed on as it is, and then fits none.
"""

import re
import secrets
import unicodedata
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32: without I, L, O and U, so that each of them can only be a misread 1, 1, 0 or V."""
MISREAD: Final = str.maketrans("ILOU", "110V")
CHARACTERS: Final = 26
"""130 random bits; the protocol asks for 128."""
GROUP: Final = 4
SPELT: Final = re.compile(f"[{ALPHABET}]{{{CHARACTERS}}}")


def new_code() -> str:
    """A code of 130 random bits, in groups that an eye can keep."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(CHARACTERS))
    return "-".join(code[at : at + GROUP] for at in range(0, CHARACTERS, GROUP))


def spelt(typed: str) -> str:
    """The code that was meant, without its hyphens: in any case and width, with misread characters put right.

    Codes of servers before this one were 23 characters of base64url; whatever is no code of ours keeps each character.
    """
    widened = unicodedata.normalize("NFKC", typed).upper()
    meant = re.sub("[^0-9A-Z]", "", widened).translate(MISREAD)
    return meant if SPELT.fullmatch(meant) else typed
