"""The worker that makes the accounts of imported members: from LoginsQueue's messages to users of the pool (moto)."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from functions.import_members.handler import handler
from shared import settings
from shared.adapters import aws
from shared.adapters.accounts import Accounts
from shared.adapters.login_requests import LoginRequests
from shared.handling import wiring
from tests.integration.portal import ADMINISTRATOR, STAFF, Portal
from tests.integration.world import DocumentsBucket


class Pool:
    """A user pool and a queue in moto, wired to the portal."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.cognito = boto3.client("cognito-idp")
        self.pool_id = self.cognito.create_user_pool(PoolName="pool")["UserPool"]["Id"]
        self.sqs = boto3.client("sqs")
        self.queue_url = self.sqs.create_queue(QueueName="logins")["QueueUrl"]
        monkeypatch.setenv("USER_POOL_ID", self.pool_id)
        monkeypatch.setattr(wiring, "login_requests", lambda: LoginRequests(self.sqs, self.queue_url))
        monkeypatch.setattr(wiring, "accounts", lambda: Accounts(aws.cognito(), self.pool_id))

    def drain(self) -> list[str]:
        """Hand all messages to the worker in batches of 10; the ids of those that failed."""
        failed: list[str] = []
        while True:
            got = self.sqs.receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10).get(
                "Messages", []
            )
            if not got:
                return failed
            records = [{"messageId": each["MessageId"], "body": each["Body"]} for each in got]
            failed += work(records)

    def user(self, member_id: str) -> dict[str, Any]:
        """A user's attributes and state."""
        found = self.cognito.admin_get_user(UserPoolId=self.pool_id, Username=member_id)
        attributes = {each["Name"]: each["Value"] for each in found["UserAttributes"]}
        return {**attributes, "status": found["UserStatus"]}


def work(records: list[dict[str, str]]) -> list[str]:
    return [each["itemIdentifier"] for each in handler({"Records": records}, None)["batchItemFailures"]]


@pytest.fixture
def pool(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pool]:
    with mock_aws():
        made = Pool(monkeypatch)
        settings.settings.cache_clear()
        aws.cognito.cache_clear()
        yield made
    aws.cognito.cache_clear()
    settings.settings.cache_clear()


def test_every_imported_member_gets_an_account_named_by_id_with_a_verified_address(
    portal: Portal, pool: Pool
) -> None:
    members = [portal.member() for _ in range(12)]
    assert pool.drain() == []
    for member in members:
        user = pool.user(member.member_id)
        assert (user["email"], user["email_verified"]) == (f"{member.member_id}@example.org", "true")
        assert user["status"] == "CONFIRMED"
        assert portal.get(f"/api/staff/members/{member.member_id}", STAFF).json["login"] == "made"


def test_a_message_that_comes_twice_and_one_about_nobody_do_no_harm(portal: Portal, pool: Pool) -> None:
    member = portal.member()
    pool.drain()
    bodies = [member.member_id, "nobody", "", "x" * 3000]
    records = [{"messageId": str(number), "body": body} for number, body in enumerate(bodies)]
    assert work(records * 2) == []


def test_only_the_message_that_failed_comes_again(
    portal: Portal, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = portal.member(), portal.member()
    make = wiring.members().mark_login_made

    def fail(member: Any) -> None:
        if member.member_id == bad.member_id:
            raise RuntimeError("no")
        make(member)

    monkeypatch.setattr(wiring.members(), "mark_login_made", fail)
    records = [{"messageId": each.member_id, "body": each.member_id} for each in (bad, good)]
    assert work(records) == [bad.member_id]
    assert pool.user(good.member_id)["status"] == "CONFIRMED"


def test_another_address_in_the_roster_reaches_the_account(portal: Portal, pool: Pool) -> None:
    member = portal.member()
    pool.drain()
    name = portal.get("/api/me", member).json["last_name"]
    portal.member(member_id=member.member_id, last_name=name, email=f"new-{member.member_id}@example.org")
    assert portal.get(f"/api/staff/members/{member.member_id}", STAFF).json["login"] == "wanted"
    assert pool.drain() == []
    assert pool.user(member.member_id)["email"] == f"new-{member.member_id}@example.org"


@pytest.mark.parametrize("when", ["make", "mark_login_made"])
def test_an_account_does_not_outlive_the_erasure_that_comes_while_it_is_made(
    portal: Portal, pool: Pool, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    member = portal.member()
    monkeypatch.setattr(wiring, "document_store", DocumentsBucket)
    accounts = wiring.accounts()
    monkeypatch.setattr(wiring, "accounts", lambda: accounts)
    owner: Any = accounts if when == "make" else wiring.members()
    step = getattr(owner, when)

    def meanwhile(*given: Any) -> None:
        erasure = portal.post(f"/api/staff/members/{member.member_id}/erasure", ADMINISTRATOR)
        assert erasure.json["state"] == "done"
        step(*given)

    with monkeypatch.context() as patch:
        patch.setattr(owner, when, meanwhile)
        assert pool.drain() == []
    with pytest.raises(pool.cognito.exceptions.UserNotFoundException):
        pool.user(member.member_id)


def test_an_account_that_a_worker_left_behind_is_removed_when_its_message_comes_again(
    portal: Portal, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = portal.member()
    monkeypatch.setattr(wiring, "document_store", DocumentsBucket)
    assert portal.post(f"/api/staff/members/{member.member_id}/erasure", ADMINISTRATOR).status == 200
    wiring.accounts().make(member.member_id, f"{member.member_id}@example.org")
    assert pool.drain() == []
    with pytest.raises(pool.cognito.exceptions.UserNotFoundException):
        pool.user(member.member_id)
