"""What is in an uploaded file: whether it is what it says it is, and harmless as far as its form can tell.

Pure functions over bytes. A scanner for malware looks for what is known to be bad; here stands what a document of this
kind has no business to hold, whoever made it.
"""

import contextlib
import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from xml.parsers import expat

from shared.domain.documents import DOCX

MOST_UNPACKED = 100 * 1024**2
"""How many bytes a Word file may unpack to; a file of text and pictures of 10 MB stays far below."""

MOST_PARTS = 2000
"""How many files may lie within a Word file."""

LARGEST_LIST = 1024**2
"""How large a part may be that only lists others (content types, relationships)."""

MOST_OBJECTS = 32 * 1024**2
"""How many bytes the object streams of a PDF may unpack to; they hold dictionaries and numbers, no pictures."""

_CHUNK = 256 * 1024
_PIECE = 16 * 1024
"""What is unpacked at a time: zlib copies what lies behind the end, and a file may have a hundred thousand ends."""

_MAIN_PART = f"{DOCX}.main+xml"
_PROGRAMS = (".bin", ".exe", ".dll", ".js", ".vbs", ".ps1", ".bat", ".cmd", ".hta", ".jar", ".scr", ".lnk")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
"""How a name of a PDF may write any of its characters (ISO 32000-2, 7.3.5)."""

_STREAM = re.compile(rb"(?<!end)stream(?:\r\n|\n|\r)")
_FIRST, _NUMBER = re.compile(rb"/First\b"), re.compile(rb"/N\b")
"""What the dictionary of an object stream says beside its type, which not every reader asks for."""
_FLATE_ALONE = re.compile(rb"/Filter\s*(?:/FlateDecode\b|\[\s*/FlateDecode\s*\])")
_PREDICTED = re.compile(rb"/Predictor(?!\s+1\b)")

_RUNS = (b"/JavaScript", b"/Launch", b"/SubmitForm", b"/ImportData", b"/RichMedia", b"/Rendition")
"""Actions, and media that take them: a rendition's script has no action of its own (ISO 32000-2, 12.6.4.14)."""

_HOLDS_FILES = (b"/EmbeddedFiles", b"/FileAttachment", b"/GoToE")
"""The ways by which a reader comes to a file within: the list of all, a mark on a page, an action."""

_XFA = re.compile(rb"/XFA(?:[\0\t\n\f\r ]*[\[%]|[\0\t\n\f\r ]+[+0-9])")
"""A form in a language of its own, with what must follow: three letters alone stand in many a picture by chance."""

_PACKED_AS_WORD_DOES = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""What the Open Packaging Conventions allow; other ways to pack fail in ways of their own."""

_LINKS = ("http:", "https:", "mailto:", "#")

NOT_WHAT_IT_SAYS = (
    "The content of this file is not of the type it was uploaded as. Export it anew and upload that."
)
PDF_WITH_PROGRAM = (
    "This PDF holds program code, starts other programs, plays media, or has a button that sends what is filled in. "
    "Print it to a new PDF and upload that."
)
PDF_WITH_XFA = "This PDF is a form that can hold program code (XFA). Print it to a new PDF and upload that."
PDF_WITH_FILES = (
    "This PDF holds other files, or opens them. Print it to a new PDF, and upload the others by themselves."
)
PDF_CLOSED = (
    "This PDF cannot be looked into: it is protected, or damaged. Print it to a new PDF and upload that."
)
NO_WORD_FILE = "This is no complete Word document (.docx). Save it in Word again, or as PDF."
PASSWORD = "This file is protected by a password. Upload it without."  # noqa: S105 (a sentence)
WITH_MACROS = "This Word file holds macros or other program code. Save it as PDF, or as .docx without macros."
LOADS_FROM_ELSEWHERE = (
    "This Word file loads content or templates from elsewhere. Save it as PDF and upload that."
)
UNPACKS_TOO_LARGE = "This file unpacks to far more than a document holds. Save it anew, or as PDF."
TOO_LARGE = "This file is larger than documents may be."


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of looking: the SHA-256 of the content, and why it is refused (empty when it is not)."""

    sha256: str
    reason: str


class _Refused(Exception):
    """The content is refused; the reason is for the member."""


def inspect(content_type: str, data: bytes, most: int) -> Finding:
    """Look into a file of at most `most` bytes that was uploaded as a content type."""
    reason = TOO_LARGE if len(data) > most else ""
    if not reason:
        try:
            _CHECKS[content_type](data)
        except _Refused as refused:
            reason = str(refused)
    return Finding(hashlib.sha256(data).hexdigest(), reason)


def _check_pdf(data: bytes) -> None:
    """The header stands at the very beginning: what begins as something else is something else too."""
    if not data.startswith((b"%PDF-1.", b"%PDF-2.")):
        raise _Refused(NOT_WHAT_IT_SAYS)
    _check_objects(data)
    left = MOST_OBJECTS
    end = 0
    for found in _STREAM.finditer(data):
        before, end = data[end : found.start()], found.end()
        own = _plain(before[before.rfind(b"obj") + 3 :])
        if b"/ObjStm" not in own and b"/ObjStm" in _plain(before):  # a dictionary that cannot be told apart
            raise _Refused(PDF_CLOSED)
        if b"/ObjStm" in own or (_FIRST.search(own) and _NUMBER.search(own)):
            unpacked = _unpacked(own, memoryview(data)[end:], left)
            left -= len(unpacked)
            _check_objects(unpacked)


def _check_objects(objects: bytes) -> None:
    plain = _plain(objects)
    if any(mark in plain for mark in _RUNS):
        raise _Refused(PDF_WITH_PROGRAM)
    if _XFA.search(plain):
        raise _Refused(PDF_WITH_XFA)
    if any(mark in plain for mark in _HOLDS_FILES):
        raise _Refused(PDF_WITH_FILES)


def _plain(names: bytes) -> bytes:
    return _ESCAPED.sub(lambda found: bytes.fromhex(found[1].decode()), names)


def _unpacked(dictionary: bytes, content: memoryview, most: int) -> bytes:
    """What an object stream holds; one that is not packed stands in the file as it is, and was looked at there."""
    if b"/Filter" not in dictionary:
        with contextlib.suppress(zlib.error):
            if zlib.decompressobj().decompress(content[:_PIECE], _CHUNK):  # it is packed all the same
                raise _Refused(PDF_CLOSED)
        return b""
    if (
        not _FLATE_ALONE.search(dictionary)
        or dictionary.count(b"/Filter") > 1
        or _PREDICTED.search(dictionary)
    ):
        raise _Refused(PDF_CLOSED)
    unpacking, unpacked = zlib.decompressobj(), bytearray()
    try:
        for start in range(0, len(content), _PIECE):
            unpacked += unpacking.decompress(content[start : start + _PIECE], most + 1 - len(unpacked))
            if len(unpacked) > most:
                raise _Refused(UNPACKS_TOO_LARGE)
            if unpacking.eof:
                return bytes(unpacked)
    except zlib.error:
        pass
    raise _Refused(PDF_CLOSED)


def _check_png(data: bytes) -> None:
    if not data.startswith(b"\x89PNG\r\n\x1a\n"):
        raise _Refused(NOT_WHAT_IT_SAYS)


def _check_jpeg(data: bytes) -> None:
    if not data.startswith(b"\xff\xd8\xff"):
        raise _Refused(NOT_WHAT_IT_SAYS)


def _check_docx(data: bytes) -> None:
    if not data.startswith(b"PK\x03\x04"):
        raise _Refused(NOT_WHAT_IT_SAYS)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            _check_package(package)
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        zlib.error,
        NotImplementedError,
        EOFError,
        OSError,
        ValueError,
        LookupError,  # an encoding that Python does not know, or knows as none of text
        expat.ExpatError,
    ):
        raise _Refused(NO_WORD_FILE) from None


def _check_package(package: zipfile.ZipFile) -> None:
    parts = package.infolist()
    names = [part.filename for part in parts]
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise _Refused(UNPACKS_TOO_LARGE)
    if any(part.flag_bits & 1 for part in parts):
        raise _Refused(PASSWORD)
    if any(part.compress_type not in _PACKED_AS_WORD_DOES for part in parts):
        raise _Refused(NO_WORD_FILE)
    if len(set(names)) != len(names) or any(_leads_astray(name) for name in names):
        raise _Refused(NO_WORD_FILE)
    if any(name.lower().endswith(_PROGRAMS) or "activex" in name.lower() for name in names):
        raise _Refused(WITH_MACROS)
    _check_unpacked(package)
    if "[Content_Types].xml" not in names:
        raise _Refused(NO_WORD_FILE)
    _check_types(_read(package, "[Content_Types].xml"), names)
    for name in names:
        if name.endswith(".rels"):
            _parse(_read(package, name), _check_relationship)


def _leads_astray(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ".." in name.split("/")


def _check_unpacked(package: zipfile.ZipFile) -> None:
    """Unpack everything, a chunk at a time: what a package says of its sizes may be a lie."""
    unpacked = 0
    for part in package.infolist():
        with package.open(part) as content:
            while chunk := content.read(_CHUNK):
                unpacked += len(chunk)
                if unpacked > MOST_UNPACKED:
                    raise _Refused(UNPACKS_TOO_LARGE)


def _read(package: zipfile.ZipFile, name: str) -> bytes:
    if package.getinfo(name).file_size > LARGEST_LIST:
        raise _Refused(UNPACKS_TOO_LARGE)
    return package.read(name)


def _check_types(content_types: bytes, names: list[str]) -> None:
    """The main part is that of a plain Word document, it is there, and no part holds code."""
    main_parts: list[str] = []

    def see(element: str, attributes: Mapping[str, str]) -> None:
        declared = attributes.get("ContentType", "")
        if "macroenabled" in declared.lower() or "vba" in declared.lower() or "activex" in declared.lower():
            raise _Refused(WITH_MACROS)
        if element == "Override" and declared == _MAIN_PART:
            main_parts.append(attributes.get("PartName", "").removeprefix("/"))

    _parse(content_types, see)
    if len(main_parts) != 1 or main_parts[0] not in names:
        raise _Refused(NO_WORD_FILE)


def _check_relationship(_: str, attributes: Mapping[str, str]) -> None:
    """Nothing is loaded from elsewhere; a link that a reader clicks on is fine, if it leads to a page or an address."""
    kind, target = attributes.get("Type", ""), attributes.get("Target", "")
    if kind.lower().rpartition("/")[2] in ("vbaproject", "wordvbadata", "oleobject", "control"):
        raise _Refused(WITH_MACROS)
    if attributes.get("TargetMode", "").lower() != "external":
        return
    if not kind.endswith("/hyperlink") or not target.strip().lower().startswith(_LINKS):
        raise _Refused(LOADS_FROM_ELSEWHERE)


def _parse(xml: bytes, see: Callable[[str, Mapping[str, str]], None]) -> None:
    """Walk through the elements of a part; Word writes no document type declaration, and none is taken."""

    def refuse_declaration(*_: object) -> None:
        raise _Refused(NO_WORD_FILE)

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse_declaration
    parser.StartElementHandler = lambda name, attributes: see(name.rpartition(":")[2], attributes)
    parser.Parse(xml, True)


_CHECKS: Mapping[str, Callable[[bytes], None]] = {
    "application/pdf": _check_pdf,
    DOCX: _check_docx,
    "image/png": _check_png,
    "image/jpeg": _check_jpeg,
}
