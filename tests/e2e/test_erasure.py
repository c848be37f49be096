"""A person's data over HTTP: handed out, then erased, with the log-in and the files in the bucket."""

import httpx

from tests import files
from tests.e2e.portal import PASSWORD, Person, Portal
from tests.e2e.test_documents import new_member, uploaded


def test_a_member_who_was_erased_has_neither_log_in_nor_files_and_the_address_is_free(
    portal: Portal, staff: Person
) -> None:
    member = new_member(portal, staff, "IPMA-CP", "IPMA-CS")
    who = member.get("/api/me").json()
    page = uploaded(portal, member, files.PDF)
    assert httpx.get(page["download_url"]).status_code == 200
    data = member.get("/api/me/data")
    assert data.status_code == 200, data.text
    records = data.json()["records"]
    assert records["members"][0]["email"] == records["log_in"][0]["email"] == who["email"]
    assert [each["document_id"] for each in records["documents"]] == [page["document"]["document_id"]]
    path = f"/api/staff/members/{who['member_id']}"
    erased = staff.post(f"{path}/erasure")
    assert erased.status_code == 200, erased.text
    assert erased.json()["state"] == "done"
    assert httpx.get(page["download_url"]).status_code == 404
    assert staff.get(path).json()["email"] == ""
    login = {"AuthFlow": "USER_PASSWORD_AUTH"}
    for name in (who["email"], who["member_id"]):
        parameters = {"USERNAME": name, "PASSWORD": PASSWORD}
        answer = portal.cognito("InitiateAuth", {**login, "AuthParameters": parameters})
        assert answer.status_code == 400, answer.text
    assert staff.post(f"{path}/erasure").json() == {**erased.json(), "deleted": {}}
    assert member.get("/api/me/data").status_code == 404
