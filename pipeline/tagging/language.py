"""The spaCy pipeline for Thai assessment documents.

``load_language()`` is an ordinary spaCy pipeline: `pmqa_sections` marks which form each stretch of a document
is, `pmqa_passages` cuts passages and clauses, `pmqa_tagger` labels them. Add a component of your own the
ordinary spaCy way, ``nlp.add_pipe("my_component", after="pmqa_passages")``. Whatever the input,
``doc.text == text``.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import spacy
import spacy.util
from pythainlp.corpus.common import thai_words
from pythainlp.tokenize import word_tokenize
from pythainlp.util import Trie
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import DummyTokenizer
from spacy.vocab import Vocab

from pipeline import forms, framework
from pipeline.extract.model import Document, Line
from pipeline.extract.plaintext import read_pages
from pipeline.forms.lines import text_lines
from pipeline.forms.passages import pieces
from pipeline.resources import resource
from pipeline.tagging import segment
from pipeline.tagging.segment import Stretch

#: Characters of the longest document taken in one piece.
MAX_LENGTH = 20_000_000
#: What the tagger fills in for each passage (see `pipeline.tagging.tag.Tag`).
SPAN_ATTRIBUTES = ("category", "category_probs", "criterion", "role", "verdict", "abstained")


def register_extensions() -> None:
    """Declare ``span._.category`` and the like, and ``doc._.document`` (the extracted document, if any)."""
    for name in SPAN_ATTRIBUTES:
        if not Span.has_extension(name):
            Span.set_extension(name, default=None)
    if not Doc.has_extension("document"):
        Doc.set_extension("document", default=None)


register_extensions()


# ------------------------------------------------------------------------------------------ tokenizer


@cache
def dictionary(framework_id: str, terms: str) -> Trie:
    """PyThaiNLP's words, a framework's key terms, and the words of a shipped list, as a trie."""
    words = set(thai_words())
    for criterion in framework.load(framework_id).criteria:
        words.update(term for term in criterion.key_terms if " " not in term)
    listed = resource(terms).read_text(encoding="utf-8").splitlines()
    words.update(word for line in listed if (word := line.partition("#")[0].strip()))
    return Trie(words)


class ThaiTokenizer(DummyTokenizer):
    """PyThaiNLP's engines as a spaCy tokenizer: nothing is lost, added or normalised.

    `engine` is any that ``pythainlp.tokenize.word_tokenize`` takes together with a dictionary.
    """

    def __init__(self, vocab: Vocab, engine: str, framework_id: str, terms: str) -> None:
        self.vocab = vocab
        self.engine = engine
        self.trie = dictionary(framework_id, terms)

    def __call__(self, text: str) -> Doc:
        """A text as a Doc of words."""
        words: list[str] = []
        spaces: list[bool] = []
        for word in self.words(text):
            if word == " " and words and not spaces[-1]:
                spaces[-1] = True
            else:
                words.append(word)
                spaces.append(False)
        return Doc(self.vocab, words=words, spaces=spaces)

    def words(self, text: str) -> Iterator[str]:
        """Words, line by line: a line's end always ends a word, and no engine meets a whole book at once."""
        for line in text.splitlines(keepends=True):
            words = word_tokenize(
                line, custom_dict=self.trie, engine=self.engine, keep_whitespace=True, join_broken_num=False
            )
            if "".join(words) == line:
                yield from (word for word in words if word)
            else:  # an engine that drops or rewrites characters may not do so here
                yield line


@spacy.util.registry.tokenizers("pmqa.thai_tokenizer.v1")  # type: ignore[untyped-decorator]
def thai_tokenizer(
    engine: str = "newmm", framework_id: str = framework.DEFAULT, terms: str = "corpora/tagging/terms.txt"
) -> Callable[[Language], ThaiTokenizer]:
    """The tokenizer that a pipeline's config names, with its engine and dictionary."""
    return lambda nlp: ThaiTokenizer(nlp.vocab, engine, framework_id, terms)


# ------------------------------------------------------------------------------------------ components


@Language.component("pmqa_sections")
def sections(doc: Doc) -> Doc:
    """``doc.spans["sections"]``: stretches that one form fills, labelled with its family."""
    document = doc._.document or _as_document(doc.text)
    places = _places(document)
    found = forms.sections(document)
    stretches = [_covering(places, section.lines[0].line, section.lines[-1].line) for section in found]
    doc.spans["sections"] = list(_spans(doc, stretches, [section.family for section in found]))
    return doc


@Language.component("pmqa_passages")
def passages(doc: Doc) -> Doc:
    """``doc.spans["passages"]`` and ``doc.spans["clauses"]``."""
    text = doc.text  # put together anew each time it is asked for
    document = doc._.document or _as_document(text)
    places = _places(document)
    found = [_covering(places, group[0].line, group[-1].line) for _, group in pieces(text_lines(document.lines()))]
    parts = [clause for passage in found for clause in segment.clauses(text, passage)]
    doc.spans["passages"] = list(_spans(doc, found, ["passage"] * len(found)))
    doc.spans["clauses"] = list(_spans(doc, parts, ["clause"] * len(parts)))
    return doc


@Language.factory("pmqa_tagger", default_config={"model": None})
def tagger(nlp: Language, name: str, model: str | None) -> Callable[[Doc], Doc]:
    """A component that labels each passage with the model in a folder (default: the shipped one)."""
    from pipeline.tagging.tag import Tagger

    tagging = Tagger.load(model) if model else Tagger.default()

    def label(doc: Doc) -> Doc:
        spans = list(doc.spans.get("passages", ()))
        if tagging is not None:
            for span, tag in zip(spans, tagging.tag([span.text for span in spans], together=True), strict=True):
                for attribute in SPAN_ATTRIBUTES:
                    span._.set(attribute, getattr(tag, attribute))
        return doc

    return label


def _spans(doc: Doc, stretches: Iterable[Stretch], labels: Iterable[str]) -> Iterator[Span]:
    """The spans of whole tokens that cover stretches."""
    starts = [token.idx for token in doc]
    for stretch, label in zip(stretches, labels, strict=True):
        first = max(bisect_right(starts, stretch.start) - 1, 0)
        last = bisect_left(starts, stretch.end)
        if last > first:
            yield Span(doc, first, last, label=label)


def _as_document(text: str) -> Document:
    return Document("", "", "text/plain", read_pages(text))


def _text_of(document: Document) -> str:
    return "\n".join(line.text for line in document.lines())


def _places(document: Document) -> dict[int, Stretch]:
    """Where each line (by identity) stands in the document's text; every line is followed by one character."""
    places, at = {}, 0
    for line in document.lines():
        places[id(line)] = Stretch(at, at + len(line.text))
        at += len(line.text) + 1
    return places


def _covering(places: Mapping[int, Stretch], first: Line, last: Line) -> Stretch:
    return Stretch(places[id(first)].start, places[id(last)].end)


# -------------------------------------------------------------------------------------------- pipeline


def load_language(**tokenizer: Any) -> Language:
    """A fresh pipeline; `tokenizer` may set `engine`, `framework_id` and `terms`."""
    nlp = spacy.blank("th", config={"nlp": {"tokenizer": {"@tokenizers": "pmqa.thai_tokenizer.v1", **tokenizer}}})
    nlp.max_length = MAX_LENGTH
    for name in ("pmqa_sections", "pmqa_passages", "pmqa_tagger"):
        nlp.add_pipe(name)
    return nlp


@cache
def _shared_language() -> Language:
    return load_language()


def analyse(source: str | Document, nlp: Language | None = None) -> Doc:
    """A text or an extracted document as a spaCy Doc with its sections, passages, clauses and labels.

    `nlp` is a pipeline with components of your own; by default one with ours, loaded once, is used.
    """
    nlp = nlp or _shared_language()
    if isinstance(source, str):
        return nlp(source)
    doc = nlp.make_doc(_text_of(source))
    doc._.document = source
    return nlp(doc)
