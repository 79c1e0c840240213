"""pmqa: from Thai PMQA assessment documents to a structured, traceable dataset of findings and OFIs."""

from __future__ import annotations

import os

# PyThaiNLP would otherwise make a folder in the user's home, and may fetch what it misses: this runs offline and
# writes only where it is told to.
if not {"PYTHAINLP_READ_ONLY", "PYTHAINLP_READ_MODE"} & set(os.environ):
    os.environ["PYTHAINLP_READ_ONLY"] = "1"
os.environ.setdefault("PYTHAINLP_OFFLINE", "1")
