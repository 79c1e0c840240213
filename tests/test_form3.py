"""Form 3 in every style it is printed in."""

from __future__ import annotations

import pytest

from pipeline import forms
from pipeline.records import Finding
from pipeline.thai import squeeze
from tests.form_styles import AGENCY, ITEMS, STYLES, Style, document

EXPECTED = [
    (number, at, verdict, squeeze(comment), squeeze(title))
    for number, title, parts in ITEMS
    for at, (_, _, verdict, comment) in enumerate(parts, 1)
]


@pytest.mark.parametrize("style", STYLES, ids=str)
def test_every_verdict_and_comment_is_read(style: Style) -> None:
    sections = forms.sections(document(style))
    found = [r for r in forms.parse(sections) if isinstance(r, Finding)]
    digits = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
    got = [
        (f.item, f.part, f.verdict, squeeze(f.text).translate(digits), squeeze(f.item_title or "").translate(digits))
        for f in found
    ]
    assert got == EXPECTED
    assert {(f.family, f.agency, f.fiscal_year, f.category, f.kind) for f in found} == {
        ("form3", AGENCY, 2566, 1, "verdict")
    }
    assert not [w for s in sections for w in s.warnings]
