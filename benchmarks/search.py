"""Search against its peers: quality on judged queries, speed and size as a store grows.

    python benchmarks/search.py [--sizes 10000,100000,1000000] [--peers 100000] [--queries 100] [--dry]

Quality: nDCG@10 over the judged queries of corpora/search/judged.toml on the sample documents, by kind of query.
Speed: findings made of dictionary words drawn by Zipf's law, about 100 characters each as in real documents, put
in a store and indexed; then queries of three words with two filters, the index warm. "Processor" figures count the
time of this process on one core, whatever else the machine does; "wall" is what the clock said meanwhile. Peers are
measured up to --peers findings. They get the same text: what a finding says and what its place is called.

The tables replace the section "Search" of docs/benchmarks.md, unless --dry.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import report

from pipeline import framework
from pipeline.ingest import ingest
from pipeline.records import Finding
from pipeline.search import Filters, SqliteEngine
from pipeline.search.evaluation import Judged, evaluate, read_judged
from pipeline.search.folding import fold, key
from pipeline.search.lexicon import dictionary, stop_words
from pipeline.search.rank import WORDS_ONLY
from pipeline.search.synonyms import terms
from pipeline.search.text import terms_of
from pipeline.store import DocumentRecord, document_id, open_store

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "corpora" / "samples" / "text"
JUDGED = ROOT / "corpora" / "search" / "judged.toml"
KINDS = ("topic", "question", "synonym", "english", "misspelt", "number", "filter", "all")
PER_DOCUMENT = 300


# ---------------------------------------------------------------------------------------------- peers


class Peer(Protocol):
    """What is compared: an index of texts, with filters on category and verdict."""

    def add(self, number: int, text: str, category: int, verdict: str) -> None: ...
    def finish(self) -> None: ...
    def search(self, query: str, category: int | None = None, verdict: str | None = None) -> list[int]: ...
    def size(self) -> int: ...


def tokens(text: str) -> list[str]:
    return [term for term in terms_of(fold(text)) if term not in stop_words()]


def quoted(parts: Sequence[str], joint: str) -> str:
    return joint.join('"' + part.replace('"', '""') + '"' for part in parts)


class Fts5:
    """SQLite FTS5; `shape` makes the indexed text of a text, `ask` the MATCH expression of a query."""

    def __init__(self, folder: Path, tokenizer: str, shape: Callable[[str], str], ask: Callable[[str], str]) -> None:
        self.file = folder / "fts5.db"
        self.sql = sqlite3.connect(self.file, isolation_level=None)
        self.sql.execute(
            f"CREATE VIRTUAL TABLE t USING fts5(text, category UNINDEXED, verdict UNINDEXED, tokenize={tokenizer!r})"
        )
        self.sql.execute("BEGIN")
        self.shape, self.ask = shape, ask

    def add(self, number: int, text: str, category: int, verdict: str) -> None:
        self.sql.execute(
            "INSERT INTO t (rowid, text, category, verdict) VALUES (?, ?, ?, ?)",
            (number, self.shape(text), category, verdict),
        )

    def finish(self) -> None:
        self.sql.execute("COMMIT")

    def search(self, query: str, category: int | None = None, verdict: str | None = None) -> list[int]:
        match = self.ask(query)
        if not match:
            return []
        where = "".join(f" AND {name} = ?" for name, value in (("category", category), ("verdict", verdict)) if value)
        values = [value for value in (category, verdict) if value]
        sql = f"SELECT rowid FROM t WHERE t MATCH ?{where} ORDER BY bm25(t) LIMIT 10"
        return [row[0] for row in self.sql.execute(sql, (match, *values))]

    def size(self) -> int:
        return self.file.stat().st_size


def fts5_phrases(folder: Path) -> Peer:
    return Fts5(folder, "trigram", str, lambda q: quoted([part for part in q.split() if len(part) >= 3], " "))


def fts5_trigrams(folder: Path) -> Peer:
    def ask(query: str) -> str:
        return quoted(sorted({part[i : i + 3] for part in query.split() for i in range(len(part) - 2)}), " OR ")

    return Fts5(folder, "trigram", str, ask)


def fts5_words(folder: Path) -> Peer:
    tokenizer = "unicode61 remove_diacritics 0 categories 'L* N* M* Co'"
    return Fts5(folder, tokenizer, lambda t: " ".join(tokens(t)), lambda q: quoted(tokens(q), " OR "))


class Bm25:
    """BM25 over words and character 3-grams, in memory."""

    def __init__(self, folder: Path) -> None:
        self.numbers: list[int] = []
        self.rows: list[dict[str, int]] = []
        self.filters: list[tuple[int, str]] = []

    @staticmethod
    def features(text: str) -> Iterator[str]:
        yield from tokens(text)
        whole = key(text)
        yield from (whole[i : i + 3] for i in range(len(whole) - 2))

    def add(self, number: int, text: str, category: int, verdict: str) -> None:
        counts: dict[str, int] = {}
        for feature in self.features(text):
            counts[feature] = counts.get(feature, 0) + 1
        self.numbers.append(number)
        self.rows.append(counts)
        self.filters.append((category, verdict))

    def finish(self) -> None:
        lengths = np.array([sum(row.values()) for row in self.rows], dtype=float)
        norm = 1.5 * (0.25 + 0.75 * lengths / lengths.mean())
        lists: dict[str, tuple[list[int], list[float]]] = {}
        for at, row in enumerate(self.rows):
            for feature, count in row.items():
                holders, amounts = lists.setdefault(feature, ([], []))
                holders.append(at)
                amounts.append(count * 2.5 / (count + norm[at]))
        size = len(self.rows)
        self.rows.clear()
        self.lists = {
            feature: (np.array(at), np.array(amount) * np.log(1 + (size - len(at) + 0.5) / (len(at) + 0.5)))
            for feature, (at, amount) in lists.items()
        }
        self.category = np.array([c for c, _ in self.filters])
        self.verdict = np.array([v for _, v in self.filters])

    def search(self, query: str, category: int | None = None, verdict: str | None = None) -> list[int]:
        scores = np.zeros(len(self.numbers))
        for feature in set(self.features(query)):
            if feature in self.lists:
                at, amount = self.lists[feature]
                scores[at] += amount
        if category:
            scores[self.category != category] = 0
        if verdict:
            scores[self.verdict != verdict] = 0
        best = np.argsort(-scores, kind="stable")[:10]
        return [self.numbers[at] for at in best if scores[at] > 0]

    def size(self) -> int:
        return 0


class Tantivy:
    """tantivy over segmented words."""

    def __init__(self, folder: Path) -> None:
        import tantivy

        self.tantivy = tantivy
        self.folder = folder / "tantivy"
        self.folder.mkdir()
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("text", tokenizer_name="whitespace")
        builder.add_text_field("facet", tokenizer_name="raw")
        builder.add_integer_field("number", stored=True)
        self.index = tantivy.Index(builder.build(), path=str(self.folder))
        self.writer = self.index.writer(128_000_000, 1)

    def add(self, number: int, text: str, category: int, verdict: str) -> None:
        facets = [f"c{category}", f"v{verdict}"]
        self.writer.add_document(self.tantivy.Document(text=" ".join(tokens(text)), facet=facets, number=number))

    def finish(self) -> None:
        self.writer.commit()
        self.writer.wait_merging_threads()
        self.index.reload()

    def search(self, query: str, category: int | None = None, verdict: str | None = None) -> list[int]:
        make, schema = self.tantivy.Query, self.index.schema
        parts: list[tuple[Any, Any]] = [
            (self.tantivy.Occur.Should, make.term_query(schema, "text", token)) for token in tokens(query)
        ]
        if not parts:
            return []
        clauses = [(self.tantivy.Occur.Must, make.boolean_query(parts))]
        facets = [f"c{category}"] * bool(category) + [f"v{verdict}"] * bool(verdict)
        clauses += [(self.tantivy.Occur.Must, make.term_query(schema, "facet", facet)) for facet in facets]
        searcher = self.index.searcher()
        found = searcher.search(make.boolean_query(clauses), 10).hits
        return [searcher.doc(address)["number"][0] for _, address in found]

    def size(self) -> int:
        return sum(file.stat().st_size for file in self.folder.rglob("*") if file.is_file())


PEERS: dict[str, Callable[[Path], Peer]] = {
    "FTS5 trigram, terms as phrases": fts5_phrases,
    "FTS5 trigram, trigrams OR-ed": fts5_trigrams,
    "FTS5 over segmented words": fts5_words,
    "BM25 over words and 3-grams": Bm25,
    "tantivy over segmented words": Tantivy,
}


def indexed_text(finding: Finding) -> str:
    """What peers index of a finding."""
    parts = (
        finding.item,
        finding.criterion,
        finding.text,
        finding.item_title,
        finding.part_label,
        finding.criterion_title,
        finding.category_title,
    )
    return " ".join(part for part in parts if part)


# --------------------------------------------------------------------------------------------- quality


def quality() -> list[str]:
    judged = read_judged(JUDGED)
    lines = [f"nDCG@10, {len(judged)} queries over the sample documents.", ""]
    lines += ["| engine | " + " | ".join(KINDS) + " |", "|---" * (len(KINDS) + 1) + "|"]
    with tempfile.TemporaryDirectory() as folder:
        db = Path(folder) / "samples.db"
        ingest([SAMPLES], db=db, jobs=1)
        with open_store(db) as store:
            findings = list(store.records(Finding))
            for name, weights in (("pmqa", None), ("pmqa, its words alone", WORDS_ONLY)):
                engine = SqliteEngine(store, weights)
                for split in ("test", "tune"):
                    some = [one for one in judged if one.split == split]
                    lines.append(row(f"{name} ({split})", some, findings, ids_of(engine)))
        for name, make in PEERS.items():
            place = Path(folder) / str(len(lines))
            place.mkdir()
            peer = make(place)
            for number, finding in enumerate(findings):
                peer.add(number, indexed_text(finding), finding.category or 0, finding.verdict or "")
            peer.finish()
            lines.append(row(name, judged, findings, lambda q, p=peer: [findings[n].finding_id for n in p.search(q)]))
    return lines


def ids_of(engine: SqliteEngine) -> Callable[[str], list[str]]:
    return lambda query: [hit.finding.finding_id for hit in engine.search(query, limit=10).hits]


def row(name: str, judged: Sequence[Judged], findings: Sequence[Finding], search: Callable[[str], list[str]]) -> str:
    scores = evaluate(judged, findings, search)
    return f"| {name} | " + " | ".join(f"{scores[kind]:.2f}" for kind in KINDS) + " |"


# ----------------------------------------------------------------------------------------------- speed


def synthetic(size: int, seed: int = 1) -> Iterator[tuple[DocumentRecord, list[Finding]]]:
    """Documents of made-up findings: the words of the domain and of the dictionary, drawn by Zipf's law."""
    draw = random.Random(seed)
    vocabulary = words_of(draw)
    weights = list(itertools.accumulate(1 / (rank + 3) for rank in range(len(vocabulary))))
    slots = [
        (c.category, c.number, c.title, i.number, i.title, number, part)
        for c in framework.load().criteria
        for i in c.items
        for number, part in enumerate(i.parts, 1)
    ]
    for first in range(0, size, PER_DOCUMENT):
        document = first // PER_DOCUMENT
        findings: list[Finding] = []
        for at in range(min(PER_DOCUMENT, size - first)):
            category, criterion, title, item, item_title, number, part = slots[(at * 7 + first) % len(slots)]
            said = draw.choices(vocabulary, cum_weights=weights, k=draw.randint(6, 18))
            text = "".join(word + (" " if word.isascii() or draw.random() < 0.12 else "") for word in said)
            findings.append(
                Finding(
                    kind="verdict",
                    family="form3",
                    verdict=draw.choice(("pass", "fail")),
                    text=text,
                    page=at // 8 + 1,
                    category=category,
                    criterion=criterion,
                    criterion_title=title,
                    item=item,
                    item_title=item_title,
                    part=number,
                    part_label=part,
                    line_start=at + 1,
                    fiscal_year=2560 + document % 6,
                    agency=f"หน่วยงานสมมติที่ {document % 400}",
                )
            )
        sha256 = hashlib.sha256(f"{seed}/{first}".encode()).hexdigest()
        record = DocumentRecord(doc_id=document_id(sha256), sha256=sha256, ingested_at="2021-01-01T00:00:00Z")
        yield record, findings


def words_of(draw: random.Random) -> list[str]:
    """The words of made-up findings, the most frequent first: the domain's and the dictionary's by turns."""
    domain = sorted(term for term in terms() if len(term) > 2)
    general = sorted(word for word in dictionary() if 3 <= len(word) <= 12 and " " not in word)
    draw.shuffle(domain)
    draw.shuffle(general)
    mixed = [word for pair in zip(domain[:600], general[:600], strict=False) for word in pair]
    return mixed + general[600:20_000]


def questions(number: int, seed: int = 5) -> Iterator[tuple[str, int, str]]:
    """Three words, a category and a verdict; half of the words are among the hundred most frequent."""
    vocabulary = words_of(random.Random(1))
    draw = random.Random(seed)
    for _ in range(number):
        said = [draw.choice(vocabulary[:100]), draw.choice(vocabulary[:100]), draw.choice(vocabulary[:5000])]
        yield " ".join(said), draw.randint(1, 6), draw.choice(("pass", "fail"))


def timed(search: Callable[[str, int, str], object], number: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each query, warm: of this process, and of the clock."""
    asked = list(questions(number))
    for one in asked:
        search(*one)
    used, passed = [], []
    for one in asked:
        used_from, passed_from = time.process_time(), time.perf_counter()
        search(*one)
        used.append(1000 * (time.process_time() - used_from))
        passed.append(1000 * (time.perf_counter() - passed_from))
    return used, passed


def measure(name: str, size: int, number: int) -> str:
    """Index and query in this process; one line of the table."""
    with tempfile.TemporaryDirectory() as folder:
        if name == "pmqa":
            return measure_own(Path(folder), size, number)
        peer = PEERS[name](Path(folder))
        texts = [(f, indexed_text(f)) for _, findings in synthetic(size) for f in findings]
        started, clock = time.process_time(), time.perf_counter()
        for at, (finding, text) in enumerate(texts):
            peer.add(at, text, finding.category or 0, finding.verdict or "")
        peer.finish()
        built, passed = time.process_time() - started, time.perf_counter() - clock
        used = timed(lambda query, category, verdict: peer.search(query, category, verdict), number)
        return line(name, size, built, passed, *used, peer.size())


def measure_own(folder: Path, size: int, number: int) -> str:
    db = folder / "pmqa.db"
    with open_store(db, create=True) as store:
        store.connection.execute("PRAGMA synchronous = OFF")  # the store's durability is not what is measured
        for record, findings in synthetic(size):
            store.put(record, findings, {f"/{record.doc_id}": f"{record.doc_id}.pdf"}, exists=lambda path: True)
        before = db.stat().st_size
        engine = SqliteEngine(store)
        tokens("ให้คำศัพท์พร้อมก่อนจับเวลา")
        started, clock = time.process_time(), time.perf_counter()
        engine.rebuild()
        built, passed = time.process_time() - started, time.perf_counter() - clock
        used = timed(lambda q, c, v: engine.search(q, Filters.of(category=c, verdict=v), 10), number)
        return line("pmqa", size, built, passed, *used, db.stat().st_size - before)


def line(
    name: str, size: int, built: float, passed: float, used: Sequence[float], clock: Sequence[float], disk: int
) -> str:
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    median, slow = np.percentile(used, [50, 95])
    return (
        f"| {name} | {size:,} | {size / built:,.0f} | {size / passed:,.0f} | {median:.1f} | {slow:.1f} "
        f"| {np.percentile(clock, 95):.1f} | {memory:,.0f} | {disk / 1e6:,.0f} |"
    )


def speed(sizes: Sequence[int], peers: int, number: int) -> list[str]:
    lines = [
        f"{number} queries of three words with a category and a verdict; p50 and p95 in milliseconds.",
        "",
        "| engine | findings | indexed/s (processor) | (wall) | p50 | p95 | p95 (wall) | memory, MB | index, MB |",
        "|---" * 9 + "|",
    ]
    for size in sizes:
        for name in ("pmqa", *(PEERS if size <= peers else ())):
            # A process of its own, so that memory is its own too.
            command = [sys.executable, __file__, "--one", name, "--sizes", str(size), "--queries", str(number)]
            done = subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8")
            lines.append(done.stdout.strip())
            print(lines[-1], flush=True)
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--sizes", default="10000,100000,1000000")
    parser.add_argument("--peers", type=int, default=100_000, help="the greatest size that peers are measured at")
    parser.add_argument("--queries", type=int, default=100)
    parser.add_argument("--dry", action="store_true", help="print the tables, leave the report alone")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    sizes = [int(size) for size in options.sizes.split(",")]
    if options.one:
        print(measure(options.one, sizes[0], options.queries))
        return
    section = ["## Search", "", "Made by `python benchmarks/search.py`; what is measured is told there.", ""]
    found = quality()
    print("\n".join(found), flush=True)
    section += [*found, "", *speed(sizes, options.peers, options.queries)]
    if not options.dry:
        report.put("search", section)


if __name__ == "__main__":
    main()
