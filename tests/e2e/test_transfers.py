"""Staff take everything out, and bring a large file in: through queues, workers and the bucket."""

import io
import time
import zipfile
from typing import Any

import httpx

from tests.e2e.portal import Person, Portal

PATIENCE_SECONDS = 150


def test_staff_export_everything_and_download_it(portal: Portal) -> None:
    staff = portal.log_in("staff@example.org")
    started = staff.post("/api/staff/exports")
    assert started.status_code == 202, started.text
    found = followed(staff, f"/api/staff/exports/{started.json()['export_id']}")
    answer = httpx.get(found["download_url"])
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].startswith("attachment")
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert "member@example.org" in archive.read("members.csv").decode()
    assert httpx.get(found["download_url"].partition("?")[0]).status_code == 403


def test_staff_import_a_large_file_by_posting_it_with_the_form(portal: Portal) -> None:
    staff = portal.log_in("staff@example.org")
    rows = [f"big{n},Bea,Big{n},big{n}@example.org,IPMA-CS,2025-02-01,2028-12-31,new," for n in range(40)]
    wrong = ["x y,,,,,,,,"] * 480  # so that those that are right lie on both sides of a chunk's end
    heading = "member_id,first_name,last_name,email,designation,certified_since,expires_on,status,committees"
    text = "\n".join([heading, *wrong, *rows, *wrong[:1]])
    started = staff.post("/api/staff/imports", {"kind": "members"})
    assert started.status_code == 201, started.text
    form = started.json()["upload"]
    posted = httpx.post(form["url"], data=form["fields"], files={"file": ("roster.csv", text, "text/csv")})
    assert posted.is_success, posted.text
    found = followed(staff, f"/api/staff/imports/{started.json()['import_id']}")
    assert (found["rows"], found["created"], found["rejected"]) == (521, 40, 481)
    assert "521,member_id" in httpx.get(found["report_url"]).text
    for name in ("big0", "big39"):
        assert staff.get(f"/api/staff/members/{name}").json()["email"] == f"{name}@example.org"


def followed(staff: Person, path: str) -> dict[str, Any]:
    """What a job has come to when it is over."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        found: dict[str, Any] = staff.get(path).json()
        if found["status"] in ("done", "failed"):
            return found
        time.sleep(0.2)
    raise AssertionError(f"not done in time: {found}")
