#!/bin/sh
# Makes the environment `.venv` from hash-pinned requirements, with the package in it for editing. Called by `make setup`.
# With the word `spark` it adds only what `make spark` says.
# Asks of the machine: Python 3.11 or newer with pip. Debian's python3-venv is not needed.
set -eu
python=${PYTHON:-python3}

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
    echo "Hawl needs Python 3.11 or newer; \`$python\` is not. Mend: install it, or name another: make setup PYTHON=python3.12" >&2
    exit 2
}
"$python" -m pip --version >/dev/null 2>&1 || "$python" -c 'import ensurepip' 2>/dev/null || {
    echo "\`$python\` has neither pip nor ensurepip. Mend: install pip (Debian: apt install python3-pip)." >&2
    exit 2
}

# uv reads no configuration of pip: where the machine has a package index of its own, uv is told of it.
if [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ]; then
    index=${PIP_INDEX_URL:-$("$python" -m pip config get global.index-url 2>/dev/null || true)}
    [ -z "$index" ] || export UV_DEFAULT_INDEX="$index"
fi

# Nor do uv and npm read pip's word on the certificates of the machine's network.
certificates=${PIP_CERT:-$("$python" -m pip config get global.cert 2>/dev/null || true)}
if [ -n "$certificates" ] && [ -f "$certificates" ]; then
    export SSL_CERT_FILE="${SSL_CERT_FILE:-$certificates}"
fi

if [ ! -x .venv/bin/python ]; then
    echo "Making .venv …" >&2
    # Without ensurepip (Debian without python3-venv) the machine's own pip fills the environment from outside.
    "$python" -m venv .venv 2>/dev/null || "$python" -m venv --clear --without-pip .venv
fi
if [ ! -x .venv/bin/uv ]; then
    echo "Installing uv …" >&2
    if .venv/bin/python -m pip --version >/dev/null 2>&1; then
        .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/uv.txt
    else
        "$python" -m pip --python .venv/bin/python install -q --disable-pip-version-check --require-hashes \
            -r requirements/uv.txt
    fi
fi
if [ "${1:-}" = spark ]; then
    .venv/bin/uv pip install -q --python .venv/bin/python --require-hashes -r requirements/spark.txt
    exit
fi
echo "Installing what Hawl needs …" >&2
.venv/bin/uv pip sync -q --python .venv/bin/python --require-hashes requirements/dev.txt requirements/uv.txt
.venv/bin/uv pip install -q --python .venv/bin/python --no-deps --no-build-isolation -e .
