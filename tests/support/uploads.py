"""Which files do tests upload, or find there? Small ones of each kind, as far as their kind shows."""

import io
import zipfile
from collections.abc import Mapping

PDF = b"%PDF-1.7\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
OFFICE = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}


def office(kind: str, parts: Mapping[str, bytes] | None = None, *, types: bytes = b"<Types/>") -> bytes:
    """An office file with its main part, and with other parts beside it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in {"[Content_Types].xml": types, OFFICE[kind]: b"<xml/>", **(parts or {})}.items():
            file.writestr(name, content)
    return packed.getvalue()
