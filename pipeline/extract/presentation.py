"""Private-use presentation forms of Thai letters: shifted and reduced shapes that older fonts number.

The tables are those of HarfBuzz's Thai shaper: for each letter the code points that Windows fonts and
Macintosh fonts give to its shape moved down, down and left, left, or with its descender removed.
"""

from __future__ import annotations

_FORMS = {
    "\u0e48": "\uf70a\uf88b\uf705\uf88c\uf713\uf88a",
    "\u0e49": "\uf70b\uf88e\uf706\uf88f\uf714\uf88d",
    "\u0e4a": "\uf70c\uf891\uf707\uf892\uf715\uf890",
    "\u0e4b": "\uf70d\uf894\uf708\uf895\uf716\uf893",
    "\u0e4c": "\uf70e\uf897\uf709\uf898\uf717\uf896",
    "\u0e38": "\uf718\uf89b",
    "\u0e39": "\uf719\uf89c",
    "\u0e3a": "\uf71a\uf89d",
    "\u0e31": "\uf710\uf884",
    "\u0e34": "\uf701\uf885",
    "\u0e35": "\uf702\uf886",
    "\u0e36": "\uf703\uf887",
    "\u0e37": "\uf704\uf888",
    "\u0e47": "\uf712\uf889",
    "\u0e4d": "\uf711\uf899",
    "\u0e0d": "\uf70f\uf89a",
    "\u0e10": "\uf700\uf89e",
}

_FOLD = str.maketrans({form: letter for letter, forms in _FORMS.items() for form in forms})


def fold(text: str) -> str:
    """Text with every presentation form replaced by the letter it is a form of.

    >>> fold("ท\\uf70b") == "ท้"
    True
    """
    return text.translate(_FOLD)
