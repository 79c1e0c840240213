"""The card that lies beside a model: what it is for, what it was made of, how good it is, what it cannot do."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.tagging.answers import AnswerModel
from pipeline.tagging.evaluate import Report
from pipeline.tagging.linear import Model

_LIMITS = """\
- A passage is judged by its own words: a fragment that makes sense only under its heading ("report to the
  management") cannot be filed, and the model abstains from most such.
- Documents of few agencies were at hand; what they do not speak of is known from the corpora alone, which
  this project wrote.
- Role: "there is a system for ..." is praise in a reviewer's mouth and a plain statement in an agency's. Use the
  role on feedback, not on self-assessments.
- Verdict: reviewers write "should ..." under passed items too, so the verdict of a comment says little more than
  its role.
"""


def card(model: Model, answers: AnswerModel | None, tests: Mapping[str, Report], command: str) -> str:
    """The model card as Markdown; `tests` are reports on labelled files kept out of training, by the files' names."""
    made = model.card
    parts = [
        "# Tagger of PMQA passages\n",
        "Says of a passage in Thai its category (0–7, 0 = none), criterion, role and verdict. Linear models "
        "(support vector machines, scikit-learn) over hashed words and pairs of words; `model.json` and "
        "`weights.npz` are plain data, read with `allow_pickle=False`.\n",
        "## Data\n",
        f"Examples by source: {_listed(made['examples'])}. Hash of the examples: `{made['data']}`.\n",
        "Documents: " + ("; ".join(made["documents"]) or "none: the corpora alone") + ".\n",
        "| question | examples by label |\n|---|---|",
        *(f"| {name} | {_listed(labels)} |" for name, labels in made["labels"].items()),
        "\n## Split and figures\n",
        "Accuracy on phrases and documents left out of training (three folds, groups kept whole). What structure says "
        "of a text is what the heading above it says, so the figure for documents is a lower bound:\n",
        "| question | corpora | documents |\n|---|---|---|",
        *(
            f"| {name} | {_figure(found.get('corpora'))} | {_figure(found.get('documents'))} |"
            for name, found in made.get("accuracy_on_unseen_groups", {}).items()
        ),
        "\nTemperatures and offsets: "
        + _listed({name: f"{head.temperature} and {head.offset}" for name, head in model.heads.items()})
        + f". Abstains below {model.threshold}.\n",
    ]
    parts += [_tested(name, report) for name, report in tests.items()]
    if answers is not None:
        parts += [_answers(answers)]
    parts += ["## Limits\n", _LIMITS, "## Rebuild\n", f"```\n{command}\n```"]
    return "\n".join(parts) + "\n"


def _tested(name: str, test: Report) -> str:
    lines = [
        f"On the {sum(test.documents.values())} labelled passages of `{name}`, kept out of training:\n",
        "| figure | value |",
        "|---|---|",
    ]
    for head in test.heads:
        low, high = head.macro_f1_interval
        lines.append(f"| {head.head}: macro-F1 | {head.macro_f1:.3f} (95 %: {low:.3f}–{high:.3f}) |")
        if head.ece is not None and head.accuracy_at_coverage is not None:
            lines.append(f"| {head.head}: ECE | {head.ece:.3f} |")
            lines.append(f"| {head.head}: accuracy at 80 % coverage | {head.accuracy_at_coverage:.3f} |")
    if test.criterion_texts:
        top1, top3 = _figure(test.criterion_top1), _figure(test.criterion_top3)
        lines.append(f"| criterion: first, first three | {top1}, {top3} |")
    return "\n".join(lines) + "\n"


def _answers(answers: AnswerModel) -> str:
    made = answers.card
    low, high = made["auc_interval"]
    return (
        "## Draft answers (`answers.json`)\n\n"
        f"Logistic regression over eleven open features, {made['answers']} judged answers ({made['passed']} passed) "
        f"of {len(made['documents'])} document(s). Split: {made['split']}. AUC {made['auc']:.3f} (95 %: {low:.3f}–"
        f"{high:.3f}; 0.5 is chance), Brier score {made['brier']:.3f} against {made['brier_of_base_rate']:.3f} for "
        "always saying the base rate. While that interval holds 0.5, the probability is no more than the base rate; "
        "what is missing is worth reading all the same. It learns from every Form 3 that is ingested.\n"
    )


def _listed(values: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items())


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
