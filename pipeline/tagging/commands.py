"""What the commands `tag`, `train`, `evaluate`, `label` and `review` do, apart from printing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import PmqaError
from pipeline.records import Record
from pipeline.store import Store, open_store
from pipeline.store.store import default_path
from pipeline.tagging.corpora import from_corpora
from pipeline.tagging.examples import Example, from_records, read_jsonl, without
from pipeline.tagging.tag import Tagger
from pipeline.textio import write_text

if TYPE_CHECKING:
    from pipeline.tagging.evaluate import Report

#: Passages tagged at once, so that a pipe gets its first answers early.
_BATCH = 2000


def tagger(model: Path | None) -> Tagger:
    """The model in a folder, or the default one. Raises PmqaError ("model") if there is none."""
    found = Tagger.load(model) if model is not None else Tagger.default()
    if found is None:
        raise PmqaError(
            "This installation has no model.", hint="Install pmqa again, or make one with `pmqa train`.", code="model"
        )
    return found


def tag_lines(text: str, model: Path | None, *, together: bool) -> Iterator[str]:
    """One JSON object for each line that is not blank: the text and its tag. `together`: all lines of one document."""
    tags = tagger(model)
    passages = [line.strip() for line in text.splitlines() if line.strip()]
    size = max(len(passages), 1) if together else _BATCH
    for at in range(0, len(passages), size):
        batch = passages[at : at + size]
        for passage, tag in zip(batch, tags.tag(batch, together=together), strict=True):
            yield json.dumps({"text": passage, **asdict(tag)}, ensure_ascii=False)


@contextmanager
def store_if_any(db: Path | None) -> Iterator[Store | None]:
    """The store named, or the default one if it is there."""
    if db is None and not default_path().is_file():
        yield None
        return
    with open_store(db) as store:
        yield store


def train_model(
    store: Store | None,
    documents: Sequence[Path],
    files: Sequence[Path],
    tests: Sequence[Path],
    folder: Path,
    progress: Callable[[str], None],
) -> str:
    """Train from the corpora and all that is given; write the model and its card. What it was made of, in words.

    Texts of `tests` are kept out of training, and the card tells the figures on each.
    """
    from pipeline.tagging import answers, card, evaluate, train

    records = _records(store, documents)
    tested = {path.name: read_jsonl(path) for path in tests}
    examples = _taught(records, files)
    held_out = [example.text for labelled in tested.values() for example in labelled]
    model = train.train(without([*from_corpora(), *examples], held_out), progress=progress)
    model.save(folder)
    judged = [answer for group in records for answer in answers.judged(group)]
    opinions = answers.train(judged) if answers.enough(judged) else None
    if opinions is not None:
        opinions.save(folder)
    reports = {name: evaluate.on_labels(model, labelled) for name, labelled in tested.items()}
    command = " ".join(
        ["pmqa train", *map(str, files), *(f"--document {path}" for path in documents)]
        + [f"--test {path}" for path in tests]
        + [f"-o {folder}"]
    )
    text = card.card(model, opinions, reports, command)
    (folder / "README.md").write_text(text, encoding="utf-8", newline="\n")
    return f"{len(examples)} examples of documents and people besides the corpora"


def evaluate_model(
    store: Store | None, files: Sequence[Path], model: Path | None, output: Path, progress: Callable[[str], None]
) -> Report:
    """Evaluate on labelled files, or on the store's documents by models that never saw them; write the HTML report.

    Raises PmqaError ("labels") if there is nothing to evaluate on.
    """
    from pipeline.tagging import evaluate, report

    examples = _taught(_records(store, []), []) if not files else [e for path in files for e in read_jsonl(path)]
    if not examples:
        raise PmqaError(
            "There is nothing to evaluate on: no labelled file, and no labelled document in the store.",
            hint="Name a JSONL file of labelled passages, or ingest documents.",
            code="labels",
        )
    if files:
        found = evaluate.on_labels(tagger(model).model, examples)
    else:
        found = evaluate.by_document(from_corpora(), examples, progress=progress)
    write_text(report.render(found, "Evaluation of the PMQA tagger"), output)
    return found


def export_labels(store: Store, format: str) -> str:
    """Every passage and finding as tasks in a format of `labels.WRITERS`."""
    from pipeline.tagging import labels

    return labels.WRITERS[format](labels.tasks(store))


def next_labels(store: Store, count: int, format: str, model: Path | None) -> str:
    """The tasks whose labels would help most, in a format of `labels.WRITERS`."""
    from pipeline.tagging import labels

    return labels.WRITERS[format](labels.most_helpful(labels.tasks(store), count, tagger(model)))


def import_labels(store: Store, text: str) -> tuple[int, int]:
    """Keep the labels of a file; how many there were and how many records they changed."""
    from pipeline.tagging import labels

    said = labels.read_labels(text)
    return len(said), labels.save(store, said)


def _records(store: Store | None, documents: Sequence[Path]) -> list[list[Record]]:
    """The records of a store, and those of each document read for the purpose."""
    from pipeline.read import read
    from pipeline.tagging.labels import records_of

    return ([records_of(store)] if store is not None else []) + [read(path, tagged=False).records for path in documents]


def _taught(records: Sequence[Sequence[Record]], files: Sequence[Path]) -> list[Example]:
    return [
        *(example for group in records for example in from_records(group)),
        *(example for path in files for example in read_jsonl(path)),
    ]
