"""Damage to text as PDF extraction does it, put in on purpose: what a `.txt` made from such a PDF looks like."""

from __future__ import annotations

import random
import re

from pipeline.thai import ABOVE_VOWELS, CONSONANTS, MARKS, SARA_AA, SARA_AM, TONES

_TONE_OVER_VOWEL = re.compile(f"([{ABOVE_VOWELS}])([{TONES}])")
_MARK_BEFORE_CONSONANT = re.compile(f"([{CONSONANTS}])([{MARKS}])(?=[{CONSONANTS}])([{CONSONANTS}])(?![{MARKS}])")


def lose_am(text: str) -> str:
    """ำ printed as NIKHAHIT and า, the former lost to a space.

    >>> lose_am("การนำน้ำ")
    'การน าน้ า'
    """
    return text.replace(SARA_AM, " " + SARA_AA)


def spread_am(text: str) -> str:
    """A bold font whose า the file calls ำ.

    >>> spread_am("การนำ")
    'กำรน ำ'
    """
    return text.replace(SARA_AM, "\0").replace(SARA_AA, SARA_AM).replace("\0", " " + SARA_AM)


def swap_marks(text: str, rng: random.Random, share: float) -> str:
    """Tone written before the vowel it stands over, in `share` of the places.

    >>> swap_marks("ที่", random.Random(0), 1.0)
    'ท่ี'
    """
    return _TONE_OVER_VOWEL.sub(lambda m: m[2] + m[1] if rng.random() < share else m[0], text)


def shift_marks(text: str, rng: random.Random, share: float) -> str:
    """A mark moved over the next consonant, in `share` of the places.

    >>> shift_marks("กัน", random.Random(0), 1.0)
    'กนั'
    """
    return _MARK_BEFORE_CONSONANT.sub(lambda m: m[1] + m[3] + m[2] if rng.random() < share else m[0], text)


def space_marks(text: str, rng: random.Random, share: float) -> str:
    """A space before a mark, in `share` of the places.

    >>> space_marks("ที่", random.Random(0), 1.0)
    'ท ี ่'
    """
    return re.sub(f"[{MARKS}]", lambda m: " " + m[0] if rng.random() < share else m[0], text)
