"""Documents: what may be announced, how verdicts add up, and by which words a contribution is found."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from shared.domain.documents import DOCX, Document, Facts, Upload, Verdict, upload_faults
from shared.domain.entries import MOST_NAMING
from shared.domain.errors import InvalidRequest, NotFound
from shared.domain.ids import (
    certification_home,
    certification_id,
    digest,
    document_id,
    home_of_document,
    member_home,
)
from shared.domain.library import contribution_of, words_of
from tests.unit.domain.builders import (
    PROGRAM,
    claim,
    cycle_with,
    document,
    edit,
    enter,
    session,
    with_documents,
)

DOCUMENT = Document(
    document_id=document_id(certification_home(certification_id("m1", "IPMA-CP")), digest("a key")),
    kind="policy",
    title="Remote work",
    file_name="remote.pdf",
    content_type="application/pdf",
    size=10,
    status="pending",
    uploaded_at=datetime(2027, 6, 15, tzinfo=UTC),
    member_id="m1",
)
GOOD = Upload("remote.pdf", "application/pdf", 10, "policy", "Remote work")


def pointers(upload: Upload) -> list[str]:
    return [fault.pointer for fault in upload_faults(PROGRAM, upload)]


def test_a_sound_upload_has_no_fault() -> None:
    assert pointers(GOOD) == []
    for name, content_type in (("A.PDF", "application/pdf"), ("a.jpeg", "image/jpeg"), ("a b.docx", DOCX)):
        assert pointers(replace(GOOD, file_name=name, content_type=content_type)) == []


@pytest.mark.parametrize("size", [-1, 0, 10 * 1024**2 + 1])
def test_a_document_has_a_byte_and_at_most_what_the_edition_says(size: int) -> None:
    assert pointers(replace(GOOD, size=size)) == ["/size"]
    assert pointers(replace(GOOD, size=10 * 1024**2)) == []


@pytest.mark.parametrize(
    "name",
    [
        "../a.pdf",
        "a/b.pdf",
        "a\\b.pdf",
        "C:a.pdf",
        ".pdf",
        "a\x00.pdf",
        "a\n.pdf",
        "a\u202efdp.pdf",
        "<a>.pdf",
    ],
)
def test_a_name_that_leads_elsewhere_or_deceives_is_refused(name: str) -> None:
    assert pointers(replace(GOOD, file_name=name)) == ["/file_name"]


@pytest.mark.parametrize("name", ["a", "a.exe", "a.pdf.html", "a.docx"])
def test_the_ending_fits_the_type(name: str) -> None:
    assert pointers(replace(GOOD, file_name=name)) == ["/file_name"]


def test_fields_that_are_missing_are_not_judged() -> None:
    assert pointers(Upload()) == []
    assert pointers(Upload(file_name="a.anything")) == []


@pytest.mark.parametrize("asked", ["not-asked", "awaited"])
def test_clean_is_what_every_check_that_was_asked_found_clean(asked: Verdict) -> None:
    document = replace(DOCUMENT, malware_verdict=asked)
    content = document.judged("content", "v1", "", Facts("ab", 11))
    assert content.status == ("clean" if asked == "not-asked" else "pending")
    assert (content.sha256, content.size, content.version) == ("ab", 11, 2)
    if asked == "awaited":
        assert content.judged("malware", "v1", "").status == "clean"
        assert content.judged("malware", "v1", "It bites.").status == "rejected"


def test_one_objection_is_enough_whichever_comes_first() -> None:
    document = replace(DOCUMENT, malware_verdict="awaited")
    first = document.judged("malware", "v1", "It bites.")
    assert (first.status, first.reason) == ("rejected", "It bites.")
    assert not first.awaits("content", "v1")


def test_the_first_verdict_pins_the_version_of_the_object() -> None:
    document = replace(DOCUMENT, malware_verdict="awaited")
    assert document.awaits("content", "v1")
    assert document.awaits("malware", "v2")
    pinned = document.judged("content", "v1", "")
    assert not pinned.awaits("malware", "v2")
    assert pinned.awaits("malware", "v1")
    assert not pinned.awaits("content", "v1")


def test_an_id_alone_names_the_home() -> None:
    assert home_of_document(DOCUMENT.document_id) == ("doc", certification_id("m1", "IPMA-CP")[4:])
    own = document_id(member_home("M1"), digest("a key"))
    assert own == document_id(member_home("m1"), digest("a key"))
    assert home_of_document(own) == ("dom", own[4:24])
    for impossible in ("", "doc", "doc_a_b", "inv_" + own[4:], own[:-1], own + "a", own.upper(), own + "_a"):
        with pytest.raises(NotFound):
            home_of_document(impossible)


def test_a_contribution_is_found_by_the_beginnings_of_its_words() -> None:
    assert words_of("Remote-work: the REMOTE policy, 2027!") == ("remote", "work", "the", "policy", "2027")
    shown = contribution_of(replace(DOCUMENT, title="Großes Übungsbuch"), "Mona Member", DOCUMENT.uploaded_at)
    assert shown.has_words(words_of("GROSS übung"))
    assert not shown.has_words(words_of("gross buch"))
    assert shown.has_words(())


def test_a_document_is_named_by_so_few_entries_that_one_transaction_takes_it_out() -> None:
    named = claim("webinar", document_ids=("doc_1",))
    found = with_documents(cycle_with(), document("doc_1"))
    with pytest.raises(InvalidRequest) as refused:
        enter(found, (named,) * (MOST_NAMING + 2))
    assert [fault.pointer for fault in refused.value.faults] == [
        f"/entries/{row}/document_ids/0" for row in (MOST_NAMING, MOST_NAMING + 1)
    ]
    full = enter(
        enter(found, (named,) * (MOST_NAMING - 1)),
        session("policy", document_ids=("doc_1",)),
        key="other",
    )
    with pytest.raises(InvalidRequest):
        enter(full, (named,), key="third")
    assert edit(full, "policy", quantity=2).names("doc_1")
    certifications = 4
    assert 2 + certifications * (MOST_NAMING + 2) <= 100
