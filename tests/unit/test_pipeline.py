"""Deploying from GitHub: who may, with what, and that it is the same as from a terminal."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from infrastructure.local.template import load

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "infrastructure" / "pipeline.yaml"


@pytest.fixture(scope="module")
def jobs() -> dict[str, Any]:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    found: dict[str, Any] = workflow["jobs"]
    return found


def test_cfn_lint_finds_nothing() -> None:
    from cfnlint.api import lint_file  # seconds to load, in each process that runs tests

    assert [str(fault) for fault in lint_file(TEMPLATE)] == []


def test_the_role_is_taken_on_by_one_environment_of_one_repository_alone() -> None:
    role = load(TEMPLATE)["Resources"]["Role"]["Properties"]
    (trusted,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trusted["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert trusted["Condition"] == {
        "StringEquals": {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": {"Fn::Sub": "repo:${Repository}:environment:${Stage}"},
        }
    }


def test_it_may_change_the_roles_of_its_own_stage_alone() -> None:
    (policy,) = load(TEMPLATE)["Resources"]["Role"]["Properties"]["Policies"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert all(action.startswith("iam:") and "*" not in action for action in statement["Action"])
    assert statement["Resource"]["Fn::Sub"].endswith(":role/recertification-${Stage}*")


def test_a_stage_is_deployed_by_one_run_at_a_time_and_prod_from_main_alone(jobs: dict[str, Any]) -> None:
    deploy = jobs["deploy"]
    assert deploy["concurrency"] == {
        "group": "deploy-${{ inputs.stage || 'dev' }}",
        "cancel-in-progress": False,
    }
    by_hand, by_itself = " ".join(deploy["if"].split()).split(" || (github.event_name == 'push'")
    main = "github.ref == 'refs/heads/main'"
    assert by_hand == f"(github.event_name == 'workflow_dispatch' && (inputs.stage != 'prod' || {main}))"
    assert main in by_itself


def test_nothing_is_deployed_that_was_not_tested_and_no_key_is_kept(jobs: dict[str, Any]) -> None:
    assert jobs["test"]["steps"][-1]["run"] == ".ci/run"
    deploy = jobs["deploy"]
    assert deploy["needs"] == "test"
    assert "environment" in deploy
    assert deploy["permissions"] == {"contents": "read", "id-token": "write"}
    assert all("id-token" not in job.get("permissions", {}) for name, job in jobs.items() if name != "deploy")
    assert deploy["steps"][-1]["run"].startswith('make deploy STAGE="$STAGE" YES=--yes')
    assert deploy["env"]["WATCH"] == "${{ inputs.unwatched && 'off' || '' }}", "a push has no inputs: watched"
    text = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    assert "secrets." not in text


def test_what_runs_beside_ours_is_named_by_its_commit(jobs: dict[str, Any]) -> None:
    """A tag can be moved to other code, and one of the jobs can become a role."""
    used = [step["uses"] for job in jobs.values() for step in job["steps"] if "uses" in step]
    assert len(used) == 4
    assert all(re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", each) for each in used), used
