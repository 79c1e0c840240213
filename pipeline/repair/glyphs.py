"""Private-use code points that Thai documents carry, and the characters they stand for.

Thai: the shifted presentation forms of the Windows and Mac Thai fonts (the pairs that HarfBuzz's Thai shaper
uses). Symbols: glyphs of the Wingdings fonts, which extractors hand on as U+F000 plus the byte. A ticked box
carries a verdict, so ticks stay apart from bullets. Any other private-use character is left as it is.
"""

from __future__ import annotations

# character: its Windows form and its Mac form, by the way the shaper moved it
_DOWN = {"่": "\uf70a\uf88b", "้": "\uf70b\uf88e", "๊": "\uf70c\uf891", "๋": "\uf70d\uf894", "์": "\uf70e\uf897",
         "ุ": "\uf718\uf89b", "ู": "\uf719\uf89c", "ฺ": "\uf71a\uf89d"}  # fmt: skip
_DOWN_LEFT = {"่": "\uf705\uf88c", "้": "\uf706\uf88f", "๊": "\uf707\uf892", "๋": "\uf708\uf895",
              "์": "\uf709\uf898"}  # fmt: skip
_LEFT = {"่": "\uf713\uf88a", "้": "\uf714\uf88d", "๊": "\uf715\uf890", "๋": "\uf716\uf893", "์": "\uf717\uf896",
         "ั": "\uf710\uf884", "ิ": "\uf701\uf885", "ี": "\uf702\uf886", "ึ": "\uf703\uf887", "ื": "\uf704\uf888",
         "็": "\uf712\uf889", "ํ": "\uf711\uf899"}  # fmt: skip
_WITHOUT_DESCENDER = {"ญ": "\uf70f\uf89a", "ฐ": "\uf700\uf89e"}

THAI_FORMS: dict[str, str] = {
    form: char
    for table in (_DOWN, _DOWN_LEFT, _LEFT, _WITHOUT_DESCENDER)
    for char, forms in table.items()
    for form in forms
}
#: Boxes ticked, crossed or left open.
TICKS: dict[str, str] = {"\uf0fe": "☑", "\uf052": "☑", "\uf0fd": "☒", "\uf0a3": "☐", "\uf0a8": "☐"}
#: Signs that start a list item: dots, squares, diamonds, arrows.
BULLETS: dict[str, str] = dict.fromkeys("\uf0b7\uf0a7\uf0d8\uf0dc\uf076\uf06c\uf06e\uf0e0\uf0e8\uf0d2", "•")
#: Every private-use character with a known meaning.
PRIVATE_USE: dict[str, str] = {**THAI_FORMS, **TICKS, **BULLETS, "\uf020": " "}
