#!/bin/sh
# Makes .venv/ with everything the project needs, and installs the system packages that OCR and sample
# making use, where it may (root, or sudo that asks no password). Whatever is missing is named in one line.
set -eu
cd "$(dirname "$0")/.."

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif sudo -n true 2>/dev/null; then
        sudo "$@"
    else
        return 1
    fi
}

install() {
    command -v apt-get >/dev/null 2>&1 || return 1
    as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

missing=""
{ command -v tesseract >/dev/null 2>&1 && tesseract --list-langs 2>/dev/null | grep -qx tha; } ||
    missing="tesseract-ocr tesseract-ocr-tha"
[ -d /usr/share/fonts/truetype/tlwg ] || missing="$missing fonts-thai-tlwg"
if [ -n "$missing" ]; then
    # shellcheck disable=SC2086 — a list of package names
    install $missing ||
        echo "setup: not installed, and needed for OCR of scanned pages:$(printf ' %s' $missing) (install them with apt); all else works" >&2
fi

python=${PYTHON:-}
[ -n "$python" ] || python=$(command -v python3.11 || command -v python3)
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    { echo "setup: Python 3.11 or newer is needed; $python is older" >&2; exit 1; }
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    install "python$version-venv" ||
        { echo "setup: python$version-venv is missing; install it with apt, then run this again" >&2; exit 1; }
fi
[ -x .venv/bin/python ] || "$python" -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-cache-dir -c constraints.txt -e '.[dev]'
touch .venv/.ready
