"""Requests that schemathesis makes of the OpenAPI file that the portal serves: right ones, wrong ones, and those on the
edge of both, about things that there are.

It runs in an environment of its own (`.tools/schemathesis`) and asks the other tests' portal. The seed is printed.
`make test` asks each operation as somebody whom it is for, 13 of 100 requests that lie at an edge;
`make prove` asks all as four people.
"""

import csv
import io
import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.domain.proposals import COLUMNS
from tests.e2e.portal import Person, Portal, entry
from tests.e2e.test_documents import days, new_member, uploaded
from tests.figures import Figures
from tests.integration.world import EDITION

ROOT = Path(__file__).parents[3]
PROGRAM = ROOT / ".tools" / "schemathesis" / "bin" / "st"
SEED = int(os.environ.get("SEED", "20270615"))
EXAMPLES = int(os.environ.get("EXAMPLES", "35"))
"""How many requests are made up for each operation, beside those at the edges of what its schema allows."""

REQUESTS = 20_000
"""How many there are at least with so many examples and more."""

ENOUGH = 35
FEW = 500
"""How many there are at least in `make test`."""

FEW_EXAMPLES, FEW_EDGES = 1, 13
MISSING = "schemathesis is missing: python3 infrastructure/setup_environment.py --schemathesis"
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "ignored_auth",
    "errors_are_problems",
)
RIGHT = 0.85
"""How often an id is one that there is."""

OWNER, NOBODY = "owner", "nobody"
WHOM_IT_IS_FOR = "whom it is for"
"""Staff where the address says so, else the owner."""

STAFF = "staff@example.org"
OF_STAFF = "^/api/staff/"


@dataclass
class World:
    """A portal, what the names in the addresses stand for, to whom it belongs, and whom staff may erase."""

    portal: Portal
    names: dict[str, list[str]]
    owner: str
    erasable: str

    @property
    def accounts(self) -> dict[str, str]:
        """Who asks, beside nobody; the stranger asks about what is the owner's."""
        return {OWNER: self.owner, "staff": STAFF, "stranger": "two@example.org"}

    def headers_of(self, who: str) -> str:
        """The headers of an account, as a table of TOML's."""
        token = self.portal.log_in(self.accounts[who]).token
        return f"{{ Authorization = {json.dumps(f'Bearer {token}')} }}"


@pytest.fixture(scope="module")
def world(portal: Portal) -> World:
    """A member with two certifications, one just approved, and one of everything that an address can name."""
    if not PROGRAM.exists():
        pytest.skip(MISSING)
    return furnished(portal)


def furnished(portal: Portal) -> World:
    staff = portal.log_in(STAFF)
    owner, other = new_member(portal, staff, "IPMA-CP", "IPMA-CS"), new_member(portal, staff)
    approved, current = (owner.certification(each)["certification_id"] for each in ("IPMA-CP", "IPMA-CS"))
    document_id = uploaded(portal, owner, kind="policy")["document"]["document_id"]
    certificate_id = approve(portal, staff, owner, approved, document_id)
    dashboard = owner.dashboard(current)
    session = {"entries": [entry("webinar", **days(dashboard)) for _ in range(5)]}
    entries = told(owner.post(f"/api/certifications/{current}/entries", session))["entries"]
    employed = entry("employment") | {"started_on": days(dashboard)["started_on"]}
    del employed["quantity"]
    standing = told(owner.post(f"/api/certifications/{current}/standing-claims", employed))
    me = owner.get("/api/me").json()
    proposal_id = proposed(portal, staff, owner, me["email"], days(dashboard)["started_on"])
    free = uploaded(portal, owner)["document"]["document_id"]
    names = {
        "member_id": [me["member_id"]],
        "certification_id": [current, current, approved],
        "entry_id": [each["entry_id"] for each in entries],
        "standing_id": [standing["standing_claim"]["standing_id"]],
        "invoice_id": [each["invoice_id"] for each in owner.get("/api/invoices").json()["items"]],
        "document_id": [document_id, free],
        "proposal_id": [proposal_id],
        "certificate_id": [certificate_id],
        "attention_id": [each["attention_id"] for each in staff.get("/api/staff/attention").json()["items"]],
        "export_id": [told(staff.post("/api/staff/exports"))["export_id"]],
        "trial_id": [told(staff.post("/api/staff/edition-trials", {"text": EDITION}))["trial_id"]],
        "import_id": [told(staff.post("/api/staff/imports", {"kind": "members"}))["import_id"]],
    }
    assert all(names.values()), names
    return World(portal, names, me["email"], other.get("/api/me").json()["member_id"])


def told(answer: httpx.Response) -> dict[str, Any]:
    assert answer.is_success, answer.text
    found: dict[str, Any] = answer.json()
    return found


def approve(portal: Portal, staff: Person, owner: Person, certification_id: str, document_id: str) -> str:
    """Enter, sign, pay, dispute that, which is raised to staff, in vain, and be approved: the certificate's id."""
    path = f"/api/certifications/{certification_id}"
    when = days(owner.dashboard(certification_id))
    session = [entry("policy", document_ids=[document_id], **when), entry("conference-full-day", 17, **when)]
    told(owner.post(f"{path}/entries", {"entries": session}))
    agreement = portal.client.get("/api/program").json()["agreement"]["version"]
    signed = told(owner.post(f"{path}/submission", {"agreement_version": agreement, "signature": "Dora D."}))
    invoice_id = signed["invoice"]["invoice_id"]
    checkout = httpx.URL(told(owner.post(f"/api/invoices/{invoice_id}/checkout"))["checkout_url"])
    httpx.post(f"{checkout}/pay")
    (payment,) = owner.get(f"/api/invoices/{invoice_id}").json()["payments"]
    bank = f"{checkout.scheme}://{checkout.netloc.decode()}/_test"
    about = {"payment_intent": payment["payment_id"], "reason": "fraudulent"}
    dispute = told(httpx.post(f"{bank}/disputes", json=about))
    told(httpx.post(f"{bank}/drain", timeout=60))
    told(portal.client.post("/_local/jobs/reconcile"))
    told(httpx.post(f"{bank}/disputes/{dispute['id']}/close", json={"status": "won"}))
    told(httpx.post(f"{bank}/drain", timeout=60))
    decision = {"submission_id": signed["submission"]["submission_id"], "decision": "approve", "comment": ""}
    told(staff.post(f"/api/staff{path.removeprefix('/api')}/decision", decision))
    told(staff.post(f"/api/staff/documents/{document_id}/publication"))
    found: str = owner.dashboard(certification_id)["certification"]["certificate_id"]
    return found


def proposed(portal: Portal, staff: Person, owner: Person, email: str, day: str) -> str:
    """Bring in a chapter's roster that names the owner: the proposal's id."""
    chapter = {"name": "Springfield Chapter", "started_on": day, "ended_on": day}
    made = told(staff.post("/api/staff/imports", {"kind": "chapter-roster", "chapter": chapter}))
    text = io.StringIO()
    rows = csv.DictWriter(text, COLUMNS, restval="")
    rows.writeheader()
    rows.writerow({"First Name": "Dora", "Email Address": email})
    form = made["upload"]
    assert httpx.post(
        form["url"], data=form["fields"], files={"file": ("x", text.getvalue().encode())}
    ).is_success
    portal.settle()
    (found,) = owner.get("/api/proposals").json()["items"]
    proposal_id: str = found["proposal_id"]
    return proposal_id


def settings_for(world: World, who: str, examples: int) -> str:
    """schemathesis.toml: JSON's texts, numbers and lists are TOML's too."""
    lines = [f"seed = {SEED}", "continue-on-failure = true", "request-timeout = 60.0"]
    if who != NOBODY:
        lines.append(f"headers = {world.headers_of(OWNER if who == WHOM_IT_IS_FOR else who)}")
    lines += ["[generation]", f"max-examples = {examples}"]
    given = {f"path.{name}": values for name, values in world.names.items()}
    given["header.If-Match"] = [f'"{number}"' for number in range(1, 5)]
    for name, values in {**given, "erasable": [world.erasable]}.items():
        lines += [f"[dictionaries.{name.rpartition('.')[2]}]", f"values = {json.dumps(values)}"]
    lines.append("[parameters]")
    lines += [f'"{name}" = {chosen(name.rpartition(".")[2])}' for name in given]
    lines += ["[[operations]]", 'include-path-regex = "/erasure$"']
    lines.append(f'parameters = {{ "path.member_id" = {chosen("erasable")} }}')
    if who == WHOM_IT_IS_FOR:
        lines += ["[[operations]]", f"include-path-regex = {json.dumps(OF_STAFF)}"]
        lines.append(f"headers = {world.headers_of('staff')}")
    return "\n".join(lines) + "\n"


def chosen(dictionary: str) -> str:
    return f'{{ dictionary = "{dictionary}", probability = {RIGHT} }}'


def asked(
    world: World, who: str, folder: Path, figures: Figures, examples: int = EXAMPLES, edges: int = 100
) -> tuple[int, str]:
    """Let schemathesis ask as this person: how many requests, and what it found."""
    settings = folder / "schemathesis.toml"
    settings.write_text(settings_for(world, who, examples), encoding="utf-8")
    arguments = ["run", f"{world.portal.url}/api/openapi.json", "--url", world.portal.url, "--no-color"]
    arguments += ["--phases", "coverage,fuzzing", "--checks", ",".join(CHECKS)]
    arguments += ["--report", "json", "--report-json-path", str(folder / f"{who}.json")]
    told_of = {"SCHEMATHESIS_HOOKS": "checks", "PYTHONPATH": str(Path(__file__).parent)}
    told_of |= {"EDGES": str(edges), "SEED": str(SEED)}
    ran = subprocess.run(
        [PROGRAM, "--config-file", settings, *arguments],
        cwd=folder,
        env=os.environ | told_of,
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"(\d+) generated", ran.stdout)
    assert found, ran.stdout + ran.stderr
    unreached = re.search(r"Missing test data: (\d+) operation", ran.stdout)
    nowhere = unreached[1] if unreached else "no"
    told = f"as {who}: {found[1]} from seed {SEED}, {nowhere} operations found nothing"
    figures("requests of schemathesis", told)
    return int(found[1]), "" if ran.returncode == 0 else f"as {who}:\n{ran.stdout}"


def test_no_request_of_those_whom_it_is_for_gets_an_answer_that_is_not_described(
    world: World, tmp_path: Path, figures: Figures
) -> None:
    count, wrong = asked(world, WHOM_IT_IS_FOR, tmp_path, figures, FEW_EXAMPLES, FEW_EDGES)
    assert not wrong, wrong
    assert count >= FEW


@pytest.mark.long
def test_no_made_up_request_gets_an_answer_that_is_not_described(
    world: World, tmp_path: Path, figures: Figures
) -> None:
    told = [asked(world, who, tmp_path, figures) for who in (*world.accounts, NOBODY)]
    wrong = [found for _, found in told if found]
    assert not wrong, "\n".join(wrong)
    assert EXAMPLES < ENOUGH or sum(count for count, _ in told) >= REQUESTS
