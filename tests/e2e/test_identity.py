"""A member changes the e-mail address they log in with, and their name, over HTTP as the portal's pages do."""

from tests.e2e.portal import Person, Portal, this_day

COLUMNS = "member_id,first_name,last_name,email,designation,certified_since,expires_on,status,committees"


def member(portal: Portal, staff: Person, name: str) -> Person:
    last_day = f"{this_day().year + 2}-12-31"
    row = f"{name},Ida,{name},{name}@example.org,IPMA-CP,{this_day().year - 1}-01-01,{last_day},new,"
    assert staff.import_roster(f"{COLUMNS}\n{row}\n").json()["rejected"] == []
    portal.client.post("/_local/jobs/expire-certifications", timeout=120)
    return portal.first_log_in(f"{name}@example.org")


def test_a_new_address_is_verified_then_taken_over_and_the_old_one_is_told(
    portal: Portal, staff: Person
) -> None:
    ida = member(portal, staff, "ida")
    change = {
        "AccessToken": ida.token,
        "UserAttributes": [{"Name": "email", "Value": "ida.new@example.org"}],
    }
    assert portal.cognito("UpdateUserAttributes", change).status_code == 200
    sent = {"email": "ida.new@example.org"}
    early = ida.put("/api/me/email", sent, 2)
    assert (early.status_code, early.json()["errors"][0]["pointer"]) == (422, "/email")

    mail = [mail for mail in portal.outbox() if mail["to"] == "ida.new@example.org"][-1]
    code = next(word.strip(".") for word in mail["text"].split() if word.strip(".").isdigit())
    verify = {"AccessToken": ida.token, "AttributeName": "email", "Code": code}
    assert portal.cognito("VerifyUserAttribute", verify).status_code == 200
    version = ida.get("/api/me").json()["profile"]["version"]
    changed = ida.put("/api/me/email", sent, version)
    assert (changed.status_code, changed.json()["email"]) == (200, "ida.new@example.org")

    portal.client.post("/_local/jobs/send-reminders", timeout=120)
    told = [mail for mail in portal.outbox() if mail["to"] == "ida@example.org"][-1]
    assert told["subject"] == "The e-mail address of your account was changed"
    assert portal.log_in("ida.new@example.org").get("/api/me").json()["email"] == "ida.new@example.org"
    items = staff.get("/api/staff/members", query="ida.new@").json()["items"]
    assert [each["member_id"] for each in items] == ["ida"]


def test_a_new_name_is_who_one_is(portal: Portal, staff: Person) -> None:
    ina = member(portal, staff, "ina")
    version = ina.get("/api/me").json()["profile"]["version"]
    name = {"first_name": "Ina", "last_name": "Newmarried"}
    assert ina.put("/api/me/name", name, version).json()["name"] == "Ina Newmarried"
    assert ina.get("/api/me").json()["name"] == "Ina Newmarried"
    items = staff.get("/api/staff/members", query="newmarried ina").json()["items"]
    assert [each["member_id"] for each in items] == ["ina"]
