# One image: worker, migration and command line are the same program with other words.
#
# Python 3.11 on Debian 12: the pair that every test runs on. Histories are replayed by the same Python that wrote them.
FROM python:3.11-slim-bookworm@sha256:0bee7276f83efd4a1ee05bbbf4281d95ed28e079220a9457f25a93e3f1e3c31b AS build

# The uv that ./day90 uses too; from PyPI and by hash like all the rest.
COPY uv-requirements.txt /tmp/
RUN pip install --no-cache-dir --disable-pip-version-check --no-deps --require-hashes --only-binary :all: \
    --requirement /tmp/uv-requirements.txt
ENV UV_PYTHON_DOWNLOADS=never \
    UV_LINK_MODE=copy \
    UV_NO_CACHE=1

WORKDIR /opt/day90
# What others wrote, in a layer of its own: it changes when the lock does.
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-dev --no-install-project
# What we wrote, as a package in site-packages. The dependency group of the embedded stack stays out.
COPY LICENSE worker.py web.py pages.py ./
COPY domain domain
COPY playbooks playbooks
COPY workflows workflows
COPY activities activities
COPY store store
COPY starter starter
COPY portal portal
COPY runtime runtime
COPY wiring wiring
RUN uv sync --frozen --no-dev --no-editable \
    # What built it is not what runs.
    && uv sync --frozen --no-dev --no-editable --no-default-groups


FROM python:3.11-slim-bookworm@sha256:0bee7276f83efd4a1ee05bbbf4281d95ed28e079220a9457f25a93e3f1e3c31b

# A fixed number, so that a volume's owner is known; nobody else has it.
RUN groupadd --gid 10001 day90 \
    && useradd --uid 10001 --gid 10001 --home-dir /var/lib/day90 --create-home --shell /usr/sbin/nologin day90
COPY --from=build /opt/day90/.venv /opt/day90/.venv
ENV PATH=/opt/day90/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    # Everything was compiled when it was installed.
    PYTHONDONTWRITEBYTECODE=1 \
    DAY90_DATA=/var/lib/day90
USER 10001:10001
WORKDIR /var/lib/day90
ENTRYPOINT ["day90"]
CMD ["worker"]
