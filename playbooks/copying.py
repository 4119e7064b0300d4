"""How does a company begin a playbook of its own? With a copy of an existing one, comments included."""

import errno
import json
import os
import re
from pathlib import Path

from playbooks.complaint import BadPlaybook, Complaint
from playbooks.library import json_schema
from playbooks.reading import read

SCHEMA_FILE = "playbook.schema.json"
MODELINE = f"# yaml-language-server: $schema={SCHEMA_FILE}\n"
"""The first line of a playbook, by which editors with a YAML language server find its schema."""
KEY = re.compile(r"^(key\s*:\s*)[^\s#]+")


def copy(source: Path, *, key: str, folder: Path) -> Path:
    """Copy a playbook to `<key>.yaml` in a folder, with the new key inside and the schema beside it; returns its path.

    The folder is created when it is missing; an existing schema there is overwritten. Raises BadPlaybook when the
    source cannot be read or its key cannot be replaced, FileExistsError rather than overwrite a playbook, and OSError.
    """
    line = read(source).lines.get(("key",))
    if line is None:
        raise BadPlaybook([Complaint(str(source), 0, "key", "is missing")])
    lines = source.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    lines[line - 1], changed = KEY.subn(rf"\g<1>{key}", lines[line - 1])
    if not changed:
        raise BadPlaybook([Complaint(str(source), line, "key", "should stand on a line of its own to be copied")])
    text = "".join(lines if not lines[0].startswith("# yaml-language-server:") else lines[1:])
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{key}.yaml"
    with target.open("x", encoding="utf-8") as out:
        out.write(MODELINE + text)
    (folder / SCHEMA_FILE).write_text(in_json(json_schema()), encoding="utf-8")
    return target


def in_json(schema: object) -> str:
    """The text of a schema as `day90 playbook schema` prints it and as its file is committed."""
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
