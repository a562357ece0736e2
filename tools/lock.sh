#!/bin/sh
# Writes the hash-pinned requirement files from pyproject.toml. No registry address goes into them.
set -eu
uv=.venv/bin/uv
pin() { "$uv" pip compile -q --no-header --no-annotate --generate-hashes --universal --python-version 3.11 "$@"; }
pin pyproject.toml -o requirements/main.txt
# Beside what is installed already: the same releases of it.
pin pyproject.toml --extra spark -c requirements/main.txt -o requirements/spark.txt
pin pyproject.toml --group dev -o requirements/dev.txt
pin pyproject.toml --group dev --group bench -o requirements/bench.txt
# OpenFisca, which a benchmark compares with, lives in an environment of its own: it is called as a process.
echo openfisca-core | pin - -o requirements/bench-openfisca.txt
echo uv | pin - -o requirements/uv.txt
