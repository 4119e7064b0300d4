"""Who approved which version of what, and when? The audit dossier as one JSON document, for auditors to take away."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from domain.legible import legible_json
from starter.cli.answers import answer, plain
from starter.cli.installation import installation_at
from starter.cli.options import NOWHERE, Onboarding, Where
from starter.trouble import WrongOption


def dossier(
    onboarding: Onboarding,
    *,
    names: Annotated[bool, Parameter(help="Include the names behind the ids.")] = False,
    to: Annotated[Path | None, Parameter(help="The file to write; without it the dossier is printed.")] = None,
    where: Where = NOWHERE,
) -> None:
    """The audit dossier as JSON: the journal as a chain of hashes, and who decided what on which version.

    docs/dossier.md says how to verify it, with a script that uses no code of day90.
    """
    from store.audit import dossier_of, names_of

    installation = installation_at(where)
    meant = installation.meant(onboarding)
    document = dossier_of(installation.engine, meant)
    if names:
        document = document.model_copy(update={"names": names_of(installation.engine, meant)})
    text = legible_json(document.model_dump_json(indent=2)) + "\n"
    if to is None:
        sys.stdout.write(text)
        return
    try:
        to.write_text(text, encoding="utf-8")
    except OSError as trouble:
        raise WrongOption(f"--to: {to} cannot be written: {trouble.strerror}") from None
    written = {"onboarding": meant, "file": str(to), "entries": document.length, "head": document.head}
    words = f"{to}: {document.length} entries, head {document.head}"
    answer(where.json, written, lambda out: out.print(plain(words), soft_wrap=True))
