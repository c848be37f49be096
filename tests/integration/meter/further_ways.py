"""Ways that ask for more than the metered cases do: repeated, refused, found before. They show what policies allow."""

from collections.abc import Callable
from typing import Any

from shared.adapters import aws
from shared.domain import proposals
from shared.settings import settings
from tests.integration.meter.bench import Bench, ordinary
from tests.integration.meter.members import APPLICATION, applying, path
from tests.integration.meter.staff import ROW
from tests.integration.portal import ADMINISTRATOR, STAFF, new_key, roster

Way = tuple[str, Callable[[Bench], Any]]

FROM_NOWHERE = {"entries": [ordinary(0, document_ids=[f"doc_{'a' * 20}_{'b' * 20}"])]}
"""An entry with a document that is looked for elsewhere."""


def signed_twice(bench: Bench) -> None:
    who, key = bench.member(), new_key()
    bench.portal.points(who, 50)
    assert [bench.portal.sign(who, key=key).status for _ in range(2)] == [201, 201]


def paper_with_a_document(bench: Bench) -> None:
    who = bench.member()
    answer = bench.portal.post(
        f"/api/staff/certifications/{who.certification_id}/entries", STAFF, FROM_NOWHERE
    )
    assert answer.status == 422, answer.json


def application_with_a_document(bench: Bench) -> None:
    who = applying(bench)
    assert bench.portal.post(path(who, f"{APPLICATION}/entries"), who, FROM_NOWHERE).status == 422


def imported_with_another_address(bench: Bench) -> None:
    for address in ("imported@example.org", "moved@example.org"):
        bench.ok(bench.portal.bring_in({**ROW, "email": address}))


def file_with_another_address(bench: Bench) -> None:
    bench.ok(bench.portal.bring_in(ROW))
    _imported(bench, bench.importing(), roster({**ROW, "email": "moved@example.org"}))


def roster_of_a_chapter(bench: Bench) -> None:
    chapter = {"name": "Ohio Chapter", "started_on": "2025-01-01", "ended_on": "2025-12-31"}
    import_id = bench.importing("chapter-roster", chapter=chapter)
    listed = ["Mona", "", f"{bench.member().member_id}@example.org"]
    row = [*listed, *[""] * (len(proposals.COLUMNS) - len(listed))]
    _imported(bench, import_id, "\n".join([",".join(proposals.COLUMNS), ",".join(row)]))


def _imported(bench: Bench, import_id: str, text: str) -> None:
    key = f"imports/{import_id}.csv"
    aws.s3().put_object(Bucket=settings().transfers_bucket, Key=key, Body=text.encode())
    bench.all_done("import_data", {"detail": {"object": {"key": key}}})


def changed_rules_on_a_member(bench: Bench) -> None:
    bench.busy(10)
    bench.trying()
    for body in bench.take("imports"):
        bench.all_done("import_data", body)
    for body in bench.take("imports"):
        bench.all_done("import_data", body)


def upload_that_is_rejected(bench: Bench) -> None:
    document_id = bench.announced(bench.member())
    event = bench.upload(document_id)
    key = {"Bucket": settings().documents_bucket, "Key": f"documents/{document_id}"}
    put = aws.s3().put_object(**key, Body=b"MZ is no PDF")
    event["detail"]["object"]["version-id"] = put["VersionId"]
    bench.all_done("check_document", event)


def file_beside_the_one_that_was_checked(bench: Bench) -> None:
    document_id = bench.announced(bench.member())
    event = bench.upload(document_id)
    bench.all_done("check_document", event)
    key = {"Bucket": settings().documents_bucket, "Key": f"documents/{document_id}"}
    event["detail"]["object"]["version-id"] = aws.s3().put_object(**key, Body=b"another")["VersionId"]
    bench.all_done("check_document", event)


def account_that_exists(bench: Bench) -> None:
    who = bench.member()
    bench.account(who, f"{who.member_id}@example.org")
    bench.all_done("import_members", who.member_id)


def account_of_somebody_erased(bench: Bench) -> None:
    who = bench.member()
    bench.ok(bench.portal.post(f"/api/staff/members/{who.member_id}/erasure", ADMINISTRATOR))
    bench.all_done("import_members", who.member_id)


def export_to_its_end(bench: Bench) -> str:
    bench.busy(1)
    export_id = bench.exporting()
    while bodies := bench.take("exports"):
        for body in bodies:
            bench.all_done("export_data", body)
    return export_id


def finished_export(bench: Bench) -> None:
    bench.fetch("transfers", f"/api/staff/exports/{export_to_its_end(bench)}", ADMINISTRATOR)


def report_of_an_import(bench: Bench) -> None:
    import_id = bench.importing()
    _imported(bench, import_id, roster(ROW))
    bench.fetch("transfers", f"/api/staff/imports/{import_id}", ADMINISTRATOR)


def document_of_two_reports_deleted(bench: Bench) -> None:
    who = bench.portal.member("IPMA-SCP", "IPMA-CS")
    first, second = who.certification_ids
    own = bench.announced(who, certification_id=first)
    named = {"entries": [ordinary(0, document_ids=[own])]}
    assert bench.portal.post(f"/api/certifications/{second}/entries", who, named).status == 201
    version = bench.portal.get(f"/api/documents/{own}", who).json["document"]["version"]
    assert bench.portal.ask("DELETE", f"/api/documents/{own}", who, version=version).status == 204


WAYS: list[Way] = [
    ("submission", signed_twice),
    ("discretion", paper_with_a_document),
    ("reinstatement", application_with_a_document),
    ("documents", document_of_two_reports_deleted),
    ("administration", imported_with_another_address),
    ("import_data", file_with_another_address),
    ("import_data", roster_of_a_chapter),
    ("import_data", changed_rules_on_a_member),
    ("check_document", upload_that_is_rejected),
    ("check_document", file_beside_the_one_that_was_checked),
    ("import_members", account_that_exists),
    ("import_members", account_of_somebody_erased),
    ("export_data", export_to_its_end),
    ("transfers", finished_export),
    ("transfers", report_of_an_import),
]
