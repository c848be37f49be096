"""Files as people upload them, and as attackers do; each small, made here, and harmless."""

import io
import zipfile
from collections.abc import Mapping

from shared.domain.documents import DOCX

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(17)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(20) + b"\xff\xd9"
HTML = b"<!doctype html><script>alert(document.domain)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
SCRIPT = b"WScript.CreateObject('WScript.Shell').Run('calc')\r\n"

ANNOUNCED = {
    "file_name": "a.pdf",
    "content_type": "application/pdf",
    "size": 9,
    "kind": "evidence",
    "title": "A",
}
"""What is said of a file before it is uploaded."""

MAIN = f"{DOCX}.main+xml"
RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def content_types(main: str = MAIN, more: str = "") -> str:
    """The part of a Word file that lists what its parts are."""
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{main}"/>{more}</Types>'
    )


def relationship(kind: str, target: str, mode: str = "External") -> str:
    """A part that relates the document to one thing."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{RELATIONSHIPS}/{kind}" Target="{target}" TargetMode="{mode}"/></Relationships>'
    )


def docx(parts: Mapping[str, str | bytes] | None = None, *, types: str | None = None) -> bytes:
    """A Word file, with further parts or other content types."""
    text = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"/>'
    whole: dict[str, str | bytes] = {
        "[Content_Types].xml": types or content_types(),
        "_rels/.rels": relationship("officeDocument", "word/document.xml", "Internal"),
        "word/document.xml": text,
    }
    return zipped({**whole, **(parts or {})})


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """These parts in a zip file."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return content.getvalue()


def zip_bomb() -> bytes:
    """A Word file of some 150 KB that unpacks to 150 MB."""
    return docx({"word/media/image1.xml": bytes(150 * 1024**2)})


def lying_zip_bomb() -> bytes:
    """A Word file that unpacks to far more than it says of itself."""
    bomb = bytearray(zip_bomb())
    size = (150 * 1024**2).to_bytes(4, "little")
    return bytes(bomb.replace(size, (1000).to_bytes(4, "little")))
