"""Staff take everything out: an export through queue, worker and bucket, downloaded by its address."""

import io
import time
import zipfile

import httpx

from tests.e2e.portal import Portal


def test_staff_export_everything_and_download_it(portal: Portal) -> None:
    staff = portal.log_in("staff@example.org")
    started = staff.post("/api/staff/exports")
    assert started.status_code == 202, started.text
    path = f"/api/staff/exports/{started.json()['export_id']}"
    deadline = time.monotonic() + 60
    while (found := staff.get(path).json())["status"] != "done" and time.monotonic() < deadline:
        time.sleep(0.1)
    answer = httpx.get(found["download_url"])
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].startswith("attachment")
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert "member@example.org" in archive.read("members.csv").decode()
    assert httpx.get(found["download_url"].partition("?")[0]).status_code == 403
