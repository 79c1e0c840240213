# make demo: set up, read the sample documents, print the OFI table, write the exports to demo-out/.
# make test: set up, run every test.

PMQA = .venv/bin/pmqa

.PHONY: help setup demo test lint bench clean

help:
	@sed -n 's/^# make/make/p' Makefile

setup: .venv/.ready

.venv/.ready: pyproject.toml constraints.txt scripts/setup.sh
	@sh scripts/setup.sh

demo: setup
	@rm -rf demo-out && mkdir -p demo-out
	@# Status 1 says that some file was not read: the scanned page, where Tesseract is not installed.
	$(PMQA) ingest --db demo-out/pmqa.db corpora/samples/pdf || [ $$? = 1 ]
	$(PMQA) ofi list --db demo-out/pmqa.db
	@for dataset in findings ofis indicators scores; do \
	    for format in csv xlsx jsonl; do \
	        $(PMQA) export $$dataset --db demo-out/pmqa.db --format $$format -o demo-out/$$dataset.$$format || exit 1; \
	    done; \
	done
	@for format in docx xlsx; do $(PMQA) plan --db demo-out/pmqa.db --year 2566 -o demo-out/plan.$$format || exit 1; done
	@echo "Written to demo-out/:" && ls demo-out

test: setup
	.venv/bin/python -m pytest -n 2 --dist worksteal

lint: setup
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

bench: setup
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-cache-dir -c constraints.txt -e '.[dev,bench]'
	@for file in $(filter-out benchmarks/report.py,$(wildcard benchmarks/*.py)); do .venv/bin/python $$file || exit 1; done

clean:
	rm -rf .venv demo-out build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
