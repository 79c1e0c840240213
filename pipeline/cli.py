"""The command line: parses, calls the function of the same name, prints. No logic of its own.

Results go to stdout, progress and messages to stderr. Exit status: 0 all done, 1 some input failed
(the rest was done), 2 wrong usage.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from pipeline.errors import PmqaError
from pipeline.export import BINARY_FORMATS, DATASETS, FORMATS
from pipeline.export import export as export_dataset
from pipeline.ingest import FileReport
from pipeline.ingest import ingest as ingest_files
from pipeline.pool import MEMORY
from pipeline.store import DB_VARIABLE, DEFAULT_DB, open_store
from pipeline.terminal import print_table, printable, progress_bar, where

if TYPE_CHECKING:
    from pipeline.search import Results

app = typer.Typer(
    name="pmqa",
    help="Reads Thai PMQA assessment documents and turns reviewer comments into OFI data. Works offline.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _one_of(*names: str) -> Callable[[str | None], str | None]:
    """A check of an argument that says what it could have been."""

    def check(value: str | None) -> str | None:
        if value is not None and value not in names:
            raise typer.BadParameter(f"{value!r} is none of {', '.join(names)}.")
        return value

    return check


Db = Annotated[
    Path | None,
    typer.Option("--db", envvar=DB_VARIABLE, metavar="FILE", help="The store.", show_default=DEFAULT_DB),
]
Json = Annotated[bool, typer.Option("--json", help="JSON instead of a table.")]
OcrWhen = Annotated[
    str,
    typer.Option(
        "--ocr",
        metavar="WHEN",
        callback=_one_of("auto", "never", "always"),
        help="When to read pages by OCR: auto, never or always.",
    ),
]

#: Warnings about one document that a table shows.
_SHOWN = 3


@app.command("extract")
def extract_text(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .pdf, .txt or .md file.")],
    as_json: Annotated[bool, typer.Option("--json", help="Pages, lines, boxes and corrections as JSON.")] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="What was wrong with the file, how it was settled, what is doubtful.")
    ] = False,
    debug_image: Annotated[
        Path | None,
        typer.Option("--debug-image", metavar="DIR", help="Also write page pictures with lines and corrections."),
    ] = None,
    ocr: OcrWhen = "auto",
    password: Annotated[str | None, typer.Option("--password", metavar="WORD", help="Opens a locked PDF.")] = None,
) -> None:
    """Print the repaired text of a document, its pages separated by form feeds.

    Example: pmqa extract "Feedback Report.pdf" > report.txt
    """
    # Imported here, as in every command that needs much: what a command does not use must not slow its start.
    from pipeline.extract import Ocr, extract
    from pipeline.extract import explain as explanation
    from pipeline.extract.debug_image import write_pictures
    from pipeline.extract.model import as_dict

    document = extract(file, ocr=cast(Ocr, ocr), password=password)
    if explain:
        typer.echo(explanation.render(document), nl=False)
    elif as_json:
        _print_json(as_dict(document))
    else:
        typer.echo("\f".join("\n".join(line.text for line in page.lines) for page in document.pages))
    for warning in () if explain else document.warnings:
        typer.echo(f"pmqa: {warning}", err=True)
    if debug_image is not None:
        write_pictures(document, file, debug_image, password=password)


@app.command()
def repair(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="A text file.", show_default="standard input")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to.", show_default="stdout")
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="The edits instead of the text: place, rule, before, after, confidence.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The text and its edits as JSON.")] = False,
    terms: Annotated[
        Path | None, typer.Option("--terms", metavar="FILE", help="Your agency's own terms and names, one a line.")
    ] = None,
) -> None:
    """Repair damaged Thai text; clean text comes out as it went in.

    Example: pmqa repair report.txt --explain
    """
    from pipeline.repair import commands
    from pipeline.textio import read_text, write_text

    text = read_text(file)
    result = commands.repaired(text, terms)
    if as_json:
        shown = json.dumps(asdict(result), ensure_ascii=False, indent=2) + "\n"
    else:
        shown = commands.listing(text, result) if explain else result.text
    write_text(shown, output)


@app.command()
def ingest(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH", help="Files and folders (.pdf .txt .md).")],
    db: Db = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Documents read at once.", show_default="one a core")] = None,
    force: Annotated[bool, typer.Option("--force", help="Read again what is in the store already.")] = False,
    ocr: OcrWhen = "auto",
    timeout: Annotated[
        float | None,
        typer.Option(min=1, metavar="SECONDS", help="Time for one document.", show_default="by its size"),
    ] = None,
    memory: Annotated[int, typer.Option(min=64, metavar="MB", help="Memory for one document.")] = MEMORY >> 20,
    password: Annotated[str | None, typer.Option("--password", metavar="WORD", help="Opens locked PDFs.")] = None,
    as_json: Json = False,
) -> None:
    """Read documents into the store. What is there already is left alone.

    Example: pmqa ingest "Form 3.pdf" reports/
    """
    done = 0
    with progress_bar("Reading") as show:

        def progress(*step: Any) -> None:
            nonlocal done
            done = step[0]
            show(*step)

        try:
            report = ingest_files(
                paths,
                db=db,
                jobs=jobs,
                force=force,
                ocr=ocr,
                password=password,
                timeout=timeout,
                memory=memory << 20,
                progress=progress,
            )
        except KeyboardInterrupt:
            typer.echo(f"pmqa: Stopped. The {done} files done so far are kept whole; run again to carry on.", err=True)
            raise typer.Exit(130) from None
    if as_json:
        _print_json(report.as_dict())
    else:
        print_table(
            ("File", "Status", "Families", "Rows", "Remarks"),
            [(f.source_name, f.status, ", ".join(f.families), _counted(f.rows), _remark(f)) for f in report.files],
            wide=("File", "Rows", "Remarks"),
        )
        failed = len(report.failed)
        skipped = f", {report.skipped} other files passed over" if report.skipped else ""
        typer.echo(f"{len(report.files)} documents, {failed} failed{skipped}. Store: {report.store}", err=True)
    if report.failed:
        raise typer.Exit(1)


def _counted(rows: dict[str, int]) -> str:
    return ", ".join(f"{number} {dataset}" for dataset, number in rows.items())


def _remark(file: FileReport) -> str:
    if file.same_as:
        return f"Same content as {file.same_as}."
    return _in_brief(file.message, file.hint, file.warnings)


def _in_brief(message: str | None, hint: str | None, warnings: list[str]) -> str:
    """What is to be said of a document, in the room that a table has; --json and the export say it all."""
    more = [f"... and {len(warnings) - _SHOWN} more warnings."] if len(warnings) > _SHOWN else []
    return " ".join(part for part in (message, hint, *warnings[:_SHOWN], *more) if part)


@app.command()
def documents(db: Db = None, as_json: Json = False) -> None:
    """List the documents in the store, and what is wrong with those that could not be read.

    Example: pmqa documents
    """
    with open_store(db) as store:
        rows = list(store.rows("documents"))
    if as_json:
        _print_json(rows)
        return
    print_table(
        ("Document", "Status", "Year", "Agency", "Families", "Pages", "Remarks"),
        [
            (
                row["source_name"],
                row["status"],
                row["fiscal_year"],
                row["agency"],
                ", ".join(row["families"]),
                row["pages"],
                _in_brief(row["message"], row["hint"], row["warnings"]),
            )
            for row in rows
        ],
        wide=("Document", "Agency", "Remarks"),
    )


@app.command()
def export(
    dataset: Annotated[
        str, typer.Argument(metavar="DATASET", callback=_one_of(*DATASETS), help="One of " + ", ".join(DATASETS) + ".")
    ],
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            "-f",
            callback=_one_of(*FORMATS),
            help="One of " + ", ".join(FORMATS) + ".",
            show_default="by the suffix of -o, else jsonl",
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to.", show_default="stdout")
    ] = None,
    db: Db = None,
) -> None:
    """Write a dataset. The same store gives the same bytes.

    Example: pmqa export findings --format xlsx -o findings.xlsx
    """
    if output is not None and str(output) != "-":
        export_dataset(dataset, output, format=format, db=db)
        return
    if format in BINARY_FORMATS and sys.stdout.isatty():
        raise typer.BadParameter(f"{format} is no text for a terminal; name a file with -o.")
    export_dataset(dataset, sys.stdout.buffer, format=format, db=db)


ofi_app = typer.Typer(
    help="Opportunities for improvement: each gap once, with all its evidence.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(ofi_app, name="ofi")


@ofi_app.command("list")
def ofi_list(
    category: Annotated[int | None, typer.Option(min=1, max=7, help="หมวด 1-7.")] = None,
    criterion: Annotated[str | None, typer.Option(help='A criterion or item, such as "1.2" or "1.2.3".')] = None,
    verdict: Annotated[
        str | None, typer.Option(callback=_one_of("pass", "fail", "pending"), help="A verdict of its evidence.")
    ] = None,
    agency: Annotated[str | None, typer.Option(help="A part of the agency's name.")] = None,
    year: Annotated[int | None, typer.Option(help="A fiscal year (B.E.) in which the gap stood.")] = None,
    status: Annotated[
        str | None, typer.Option(callback=_one_of("open", "resolved", "unknown"), help="What became of it.")
    ] = None,
    db: Db = None,
    as_json: Json = False,
) -> None:
    """List the OFIs.

    Example: pmqa ofi list --category 3 --status open
    """
    from pipeline import ofi as ofis

    with open_store(db) as store:
        found = ofis.select(
            store, category=category, criterion=criterion, verdict=verdict, agency=agency, year=year, status=status
        )
    if as_json:
        _print_json([asdict(ofi) for ofi in found])
        return
    print_table(
        ("OFI", "Item", "Years", "Status", "Seen", "Gap", "First place"),
        [
            (
                ofi.ofi_id[:8],
                ofi.item or ofi.criterion or ofi.indicator_no or (f"หมวด {ofi.category}" if ofi.category else ""),
                "-".join(dict.fromkeys(str(y) for y in (ofi.first_year, ofi.last_year) if y)),
                ofi.status,
                len(ofi.finding_ids),
                ofi.text,
                where(ofi),
            )
            for ofi in found
        ],
        wide=("Gap",),
    )


@ofi_app.command("show")
def ofi_show(
    ofi_id: Annotated[str, typer.Argument(metavar="OFI", help="Its id, or the beginning of it.")],
    db: Db = None,
    as_json: Json = False,
) -> None:
    """Show one OFI with all its evidence: file, page and place of each statement.

    Example: pmqa ofi show 3fa1c09e
    """
    from pipeline import ofi as ofis

    with open_store(db) as store:
        ofi = ofis.get(store, ofi_id)
        evidence = list(ofis.evidence(store, ofi))
    if as_json:
        _print_json({**asdict(ofi), "evidence": [asdict(finding) for finding in evidence]})
        return
    numbers = ofi.item or ofi.criterion or ofi.indicator_no or ""
    typer.echo(printable(f"OFI {ofi.ofi_id}  หมวด {ofi.category} {numbers}  {ofi.status}\n{ofi.text}\n"))
    print_table(
        ("Year", "Family", "Kind", "Verdict", "Item", "Statement", "Place"),
        [
            (
                finding.fiscal_year,
                finding.family,
                finding.kind,
                finding.verdict,
                finding.item or finding.criterion or finding.indicator_no,
                finding.text or finding.item_title,
                where(finding),
            )
            for finding in evidence
        ],
        wide=("Statement",),
    )


Category = Annotated[int | None, typer.Option(min=1, max=7, help="หมวด 1-7.")]
Criterion = Annotated[str | None, typer.Option(help='A criterion or item, such as "1.2" or "1.2.3".')]
Verdict = Annotated[
    str | None, typer.Option(callback=_one_of("pass", "fail", "pending"), help="pass, fail or pending.")
]
Year = Annotated[int | None, typer.Option(help="A fiscal year (B.E.).")]
Agency = Annotated[str | None, typer.Option(help="A part of the agency's name.")]
Limit = Annotated[int, typer.Option(min=1, help="How many at most.")]


@app.command(context_settings={"ignore_unknown_options": True})
def search(
    query: Annotated[list[str], typer.Argument(metavar="QUERY", help="What to look for, as you would say it.")],
    category: Category = None,
    criterion: Criterion = None,
    kind: Annotated[str | None, typer.Option(help="A kind of finding: verdict, ofi, strength, ...")] = None,
    verdict: Verdict = None,
    year: Year = None,
    agency: Agency = None,
    limit: Limit = 20,
    db: Db = None,
    as_json: Json = False,
) -> None:
    """Find what reviewers said. Quotes ask for a phrase, a minus leaves out, "หมวด 5 ไม่ผ่าน" filters.

    Example: pmqa search "หมวด 5 ไม่ผ่าน ความผูกพัน"
    """
    from pipeline.search import Filters, SqliteEngine

    filters = Filters.of(category=category, criterion=criterion, kind=kind, verdict=verdict, year=year, agency=agency)
    with open_store(db) as store:
        results = SqliteEngine(store).search(" ".join(query), filters, limit)
    _print_results(results, as_json)


@app.command()
def similar(
    finding_id: Annotated[str, typer.Argument(metavar="ID", help="A finding's id, or the beginning of it.")],
    limit: Limit = 10,
    db: Db = None,
    as_json: Json = False,
) -> None:
    """Find the findings most like one.

    Example: pmqa similar 3fa1c09e
    """
    from pipeline.search import SqliteEngine

    with open_store(db) as store:
        results = SqliteEngine(store).similar(finding_id, limit=limit)
    _print_results(results, as_json)


def _print_results(results: Results, as_json: bool) -> None:
    from pipeline.search import show

    for line in show.understanding(results):
        typer.echo(printable(line), err=True)
    if as_json:
        _print_json([hit.as_dict() for hit in results.hits])
        return
    show.print_hits(results)
    typer.echo(f"{len(results.hits)} of {results.total} findings", err=True)


@app.command()
def threads(
    category: Category = None,
    criterion: Criterion = None,
    verdict: Verdict = None,
    agency: Agency = None,
    year: Year = None,
    status: Annotated[
        str | None, typer.Option(callback=_one_of("open", "resolved", "unknown"), help="What became of it.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a page that opens offline instead.")
    ] = None,
    db: Db = None,
    as_json: Json = False,
) -> None:
    """Follow each gap through forms, documents and years, with a heat map of categories and years.

    Example: pmqa threads --html gaps.html
    """
    from rich.console import Console

    from pipeline.search import heatmap
    from pipeline.search.ofi_threads import threads as threads_of
    from pipeline.textio import write_text

    with open_store(db) as store:
        found = threads_of(
            store, category=category, criterion=criterion, verdict=verdict, agency=agency, year=year, status=status
        )
    if html is not None:
        write_text(heatmap.page(found), html)
        typer.echo(f"{len(found)} gaps written to {html}", err=True)
        return
    if as_json:
        _print_json([thread.as_dict() for thread in found])
        return
    print_table(
        ("OFI", "Item", "First", "Years", "Times", "Last verdict", "Status", "Gap", "Forms"),
        [
            (
                thread.ofi.ofi_id[:8],
                thread.ofi.item or thread.ofi.criterion or thread.ofi.indicator_no or f"หมวด {thread.ofi.category}",
                thread.ofi.first_year,
                len(thread.years),
                thread.times,
                f"{thread.last_verdict or ''} {thread.last_verdict_year or ''}".strip(),
                thread.ofi.status,
                thread.ofi.text,
                ", ".join(thread.forms),
            )
            for thread in found
        ],
        wide=("Gap",),
    )
    Console(width=None if sys.stdout.isatty() else 120).print(heatmap.table(found))


@app.command("index")
def index_store(
    check: Annotated[bool, typer.Option("--check", help="Compare index and findings, change nothing.")] = False,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Make the index anew.")] = False,
    db: Db = None,
) -> None:
    """Bring the search index up to date. Searching does so by itself; this shows how far it is, or mends it.

    Example: pmqa index --check
    """
    from pipeline.search import SqliteEngine

    with open_store(db) as store:
        engine = SqliteEngine(store)
        if check:
            problems = engine.problems()
            for problem in problems:
                typer.echo(problem)
            if problems:
                typer.echo("`pmqa index --rebuild` mends the index.", err=True)
                raise typer.Exit(1)
            typer.echo("The index says what the findings say.")
            return
        with progress_bar("Indexing") as report:
            if rebuild:
                engine.rebuild(report)
                changed = True
            else:
                changed = engine.refresh(report)
    typer.echo("The index was made anew." if rebuild else "Indexed." if changed else "Nothing to index.", err=True)


plan_app = typer.Typer(invoke_without_command=True, rich_markup_mode=None)
app.add_typer(plan_app, name="plan")

PlanFile = Annotated[Path | None, typer.Option("--form", metavar="FILE", help="Words and columns (.toml) of your own.")]


@plan_app.callback()
def plan(
    context: typer.Context,
    year: Annotated[int | None, typer.Option(help="The fiscal year (B.E.).", show_default="after the last OFI")] = None,
    category: Annotated[int | None, typer.Option(min=1, max=7, help="Only หมวด 1-7.")] = None,
    top: Annotated[int | None, typer.Option(min=1, help="Only the OFIs of highest priority.")] = None,
    agency: Annotated[str | None, typer.Option(help="A part of the agency's name, where there are several.")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to.", show_default="stdout")
    ] = None,
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            "-f",
            callback=_one_of("docx", "xlsx", "md", "json"),
            help="docx, xlsx, md or json.",
            show_default="by the suffix of -o, else md",
        ),
    ] = None,
    edits: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A working sheet whose edits to keep.", show_default="-o, if it is one"),
    ] = None,
    template: Annotated[Path | None, typer.Option(metavar="FILE", help="A template (.docx, .md) of your own.")] = None,
    form: PlanFile = None,
    skeletons: Annotated[Path | None, typer.Option(metavar="FILE", help="Skeletons (.toml) of your own.")] = None,
    priority: Annotated[Path | None, typer.Option(metavar="FILE", help="Priority weights (.toml) of your own.")] = None,
    db: Db = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> None:
    """Draft next year's development plan from the OFIs: every OFI answered, every proposal with its source.

    Example: pmqa plan --year 2565 --category 3 -o plan.docx
    """
    if context.invoked_subcommand:
        return
    from pipeline import plans

    format = "json" if as_json else format
    sink = None if output is None or str(output) == "-" else output
    if sink is not None and edits is None and sink.suffix.lower() == ".xlsx" and sink.exists():
        edits = sink
    if sink is None and format in ("docx", "xlsx") and sys.stdout.isatty():
        raise typer.BadParameter(f"{format} is no text for a terminal; name a file with -o.")
    files = plans.Files(template=template, form=form, skeletons=skeletons, priority=priority)
    options = plans.Options(year=year, category=category, top=top, agency=agency)
    made, base = plans.make(db=db, options=options, edits=edits, files=files)
    plans.write(made, sink or sys.stdout.buffer, format=format, base=base, files=files)
    for warning in made.warnings:
        typer.echo(f"pmqa: {warning}", err=True)
    errors = sum(remark.level == "error" for remark in made.checks)
    typer.echo(
        f"Plan {made.year}: {len(made.gaps)} OFIs, {sum(1 for _ in made.steps)} activities, {len(made.left_out)} OFIs "
        f"left out, {errors} errors, {len(made.checks) - errors} remarks for people to decide.",
        err=True,
    )


@plan_app.command("status")
def plan_status(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A working sheet (.xlsx) that `pmqa plan` wrote.")],
    form: PlanFile = None,
    as_json: Json = False,
) -> None:
    """Report from an edited working sheet: OFIs without an activity, what is late at 6, 9 and 12 months.

    Example: pmqa plan status plan.xlsx
    """
    from pipeline import plans

    report = plans.status(file, files=plans.Files(form=form))
    if as_json:
        _print_json(report.as_dict())
        return
    typer.echo(printable(f"{report.agency} {report.year}: {report.steps} activities, {report.to_decide} to decide"))
    print_table(("Status", "Activities"), report.by_status.items())
    print_table(
        ("After", "Due by", "Due", "Not done"),
        [
            (f"{point.months} months", point.due_by, point.due, len(point.late) if point.reached else "not yet due")
            for point in report.checkpoints
        ],
    )
    problems = [("no activity", gap["ofi"], gap["number"], gap["text"], "") for gap in report.unanswered]
    problems += [("no OFI", row["id"], row["criterion"], row["text"], "") for row in report.without_gap]
    problems += [("dates", row["id"], row["criterion"], row["text"], row["end"]) for row in report.without_dates]
    late = {row["id"]: row for point in report.checkpoints if point.reached for row in point.late}
    problems += [("late", row["id"], row["criterion"], row["text"], row["end"]) for row in late.values()]
    if problems:
        print_table(("Problem", "Id", "Criterion", "Text", "Due"), problems, wide=("Text",))


Model = Annotated[
    Path | None,
    typer.Option("--model", metavar="DIR", envvar="PMQA_MODEL", help="A model.", show_default="the shipped one"),
]
Labelled = Annotated[list[Path] | None, typer.Argument(metavar="FILE", help="Labelled passages (JSONL).")]


@app.command()
def tag(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="One passage a line.", show_default="standard input")
    ] = None,
    together: Annotated[
        bool, typer.Option("--together", help="All lines are of one document: what it is mostly about counts.")
    ] = False,
    model: Model = None,
) -> None:
    """Say of each passage its category, criterion, role and verdict: one JSON object a line.

    Example: pmqa tag --together minutes.txt > tagged.jsonl
    """
    from pipeline.tagging import commands
    from pipeline.textio import read_text

    for line in commands.tag_lines(read_text(file), model, together=together):
        typer.echo(line)


@app.command()
def train(
    files: Labelled = None,
    document: Annotated[
        list[Path] | None, typer.Option("--document", metavar="FILE", help="Learn from this document too, unstored.")
    ] = None,
    test: Annotated[
        list[Path] | None,
        typer.Option("--test", metavar="FILE", help="Labelled passages to keep out and to report figures on."),
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Where to.")] = Path("pmqa-model"),
    db: Db = None,
) -> None:
    """Make a model from the corpora, the store (if there is one), labelled files and documents.

    Example: pmqa train labels.jsonl -o pmqa-model && pmqa tag --model pmqa-model minutes.txt
    """
    from pipeline.tagging import commands

    with commands.store_if_any(db) as store:
        made = commands.train_model(store, document or [], files or [], test or [], output, _say)
    _say(f"model in {output}: {made}")


@app.command()
def evaluate(
    files: Labelled = None,
    model: Model = None,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where the HTML report goes.")] = Path(
        "pmqa-evaluation.html"
    ),
    db: Db = None,
    as_json: Json = False,
) -> None:
    """Measure the model on labelled files; without any, each document in the store by a model that never saw it.

    Example: pmqa evaluate labels.jsonl -o report.html
    """
    from pipeline.tagging import commands

    with commands.store_if_any(db) as store:
        report = commands.evaluate_model(store, files or [], model, output, _say)
    if as_json:
        _print_json(report.as_dict())
    else:
        print_table(
            ("Question", "Texts", "Accuracy", "Macro-F1", "from", "to", "ECE", "At 80 %"),
            [
                (h.head, h.texts, h.accuracy, h.macro_f1, *h.macro_f1_interval, h.ece, h.accuracy_at_coverage)
                for h in report.heads
            ],
        )
    _say(f"report in {output}")


@app.command()
def review(
    item: Annotated[str, typer.Argument(metavar="ITEM", help='The item answered, such as "2.1.1".')],
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="The draft answer.", show_default="standard input")
    ] = None,
    model: Model = None,
) -> None:
    """Say how likely a reviewer would pass a draft answer, what speaks for and against it, and what is missing.

    Example: pmqa review 2.1.1 draft.txt
    """
    from pipeline.tagging.answers import AnswerModel
    from pipeline.textio import read_text

    _print_json(asdict(AnswerModel.load(model).opinion(item, read_text(file))))


label_app = typer.Typer(
    help="Labels by people: out to annotation tools, back into the store.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(label_app, name="label")
LabelFormat = Annotated[
    str, typer.Option("--format", "-f", callback=_one_of("jsonl", "label-studio", "doccano"), help="For which tool.")
]
Output = Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to.", show_default="stdout")]


@label_app.command("export")
def label_export(format: LabelFormat = "jsonl", output: Output = None, db: Db = None) -> None:
    """Write every passage and finding with its labels, to be checked by people.

    Example: pmqa label export --format label-studio -o tasks.json
    """
    from pipeline.tagging import commands
    from pipeline.textio import write_text

    with open_store(db) as store:
        write_text(commands.export_labels(store, format), output)


@label_app.command("next")
def label_next(
    count: Annotated[int, typer.Option("-n", min=1, help="How many.")] = 20,
    format: LabelFormat = "jsonl",
    output: Output = None,
    model: Model = None,
    db: Db = None,
) -> None:
    """Write the passages whose labelling would help the model most.

    Example: pmqa label next -n 50 --format doccano -o next.jsonl
    """
    from pipeline.tagging import commands
    from pipeline.textio import write_text

    with open_store(db) as store:
        write_text(commands.next_labels(store, count, format, model), output)


@label_app.command("import")
def label_import(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What Label Studio, doccano or you made of an export.")],
    db: Db = None,
) -> None:
    """Put people's labels into the store. They outrank what structure or the model says, also after re-reading.

    Example: pmqa label import labelled.json
    """
    from pipeline.tagging import commands
    from pipeline.textio import read_text

    with open_store(db) as store:
        said, changed = commands.import_labels(store, read_text(file))
    _say(f"{said} labels, {changed} records changed")


@label_app.command("page")
def label_page() -> None:
    """Print the labelling page for Label Studio.

    Example: pmqa label page
    """
    from pipeline.tagging.labels import label_studio_page

    typer.echo(label_studio_page(), nl=False)


def _say(message: str) -> None:
    typer.echo(f"pmqa: {message}", err=True)


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def main() -> None:
    """Console entry point: UTF-8 on every platform, and no traceback for a failure we know."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="surrogateescape" if stream is sys.stdin else "replace")
    try:
        app()
    except PmqaError as error:
        typer.echo(f"pmqa: {error}", err=True)
        raise SystemExit(2 if error.code == "usage" else 1) from None
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        typer.echo(f"pmqa: {place}{error.strerror or error}.", err=True)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
