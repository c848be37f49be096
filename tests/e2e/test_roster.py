"""A roster of more than a hundred certifications in every state, imported by staff, dry run first."""

import csv
import io
from datetime import date

from infrastructure.local.roster import as_csv, generated_roster
from tests.e2e.portal import Person, Portal, this_day


def test_a_roster_of_more_than_a_hundred_is_imported_and_a_rerun_changes_nothing(
    portal: Portal, staff: Person
) -> None:
    rows = list(generated_roster(this_day(), members=100, seed=7))
    rows = [row | {"member_id": "R" + row["member_id"], "email": "r." + row["email"]} for row in rows]
    assert len(rows) > 100
    assert {row["status"] for row in rows} == {"new", "renew", "terminated"}
    roster = as_csv(rows)

    planned = staff.import_roster(roster, dry_run=True)
    assert planned.status_code == 200, planned.text
    assert planned.json() == {"created": len(rows), "updated": 0, "unchanged": 0, "rejected": []}
    assert staff.get("/api/staff/members", query="RG00001").json()["items"] == []

    imported = staff.import_roster(roster)
    assert imported.json() == planned.json()
    again = staff.import_roster(roster)
    assert again.json() == {"created": 0, "updated": 0, "unchanged": len(rows), "rejected": []}

    found = staff.get("/api/staff/members", query=rows[0]["email"].upper()).json()["items"]
    assert [each["member_id"] for each in found] == [rows[0]["member_id"]]
    page = staff.get(f"/api/staff/members/{rows[0]['member_id']}").json()
    assert page["certifications"][0]["designation"] == rows[0]["designation"]


def test_a_member_logs_in_for_the_first_time_by_resetting_the_password(portal: Portal, staff: Person) -> None:
    row = next(generated_roster(this_day(), members=1, seed=99))
    row |= {"member_id": "First.1", "email": "First.Login@example.net"}
    assert staff.import_roster(as_csv([row])).json()["created"] == 1
    portal.settle()
    person = portal.first_log_in("First.Login@example.net", "Another!Good1password")
    me = person.get("/api/me").json()
    assert (me["member_id"], me["email"]) == ("First.1", "First.Login@example.net")
    assert portal.log_in("FIRST.LOGIN@EXAMPLE.NET", "Another!Good1password")


def test_rejected_rows_say_what_is_wrong_and_the_others_land(portal: Portal, staff: Person) -> None:
    good = next(generated_roster(this_day(), members=1, seed=3)) | {
        "member_id": "Ok.1",
        "email": "ok.1@example.net",
    }
    bad = good | {
        "member_id": "bad id",
        "email": "nobody",
        "designation": "IPMA-XX",
        "expires_on": "soon",
        "status": "?",
    }
    report = staff.import_roster(as_csv([bad, good])).json()
    assert (report["created"], report["unchanged"], report["updated"]) == (1, 0, 0)
    assert {(each["row"], each["field"]) for each in report["rejected"]} == {
        (1, name) for name in ("member_id", "email", "designation", "expires_on", "status")
    }


def test_the_generated_roster_prints_as_csv() -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(generated_roster(date(2027, 1, 1), members=5)))))
    assert [row["member_id"] for row in rows][:2] == ["G00001", "G00002"]
