"""CloudFormation's functions mean locally what they mean deployed, and an unknown one is no silent null."""

from typing import Any

import pytest

from infrastructure.local.intrinsics import DeployError, Scope, parameters_of

TEMPLATE: dict[str, Any] = {
    "Parameters": {
        "Stage": {"Type": "String", "Default": "dev", "AllowedPattern": "^[a-z]+$"},
        "Days": {"Type": "Number", "Default": 7, "AllowedValues": [7, 14]},
        "Zones": {"Type": "CommaDelimitedList", "Default": "a, b"},
    },
    "Mappings": {"Sizes": {"dev": {"memory": 128}}},
    "Conditions": {
        "IsProduction": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
        "IsNot": {"Fn::Not": [{"Condition": "IsProduction"}]},
        "Both": {"Fn::And": [{"Condition": "IsNot"}, {"Fn::Or": [{"Condition": "IsProduction"}, True]}]},
    },
}


@pytest.fixture
def scope() -> Scope:
    def ref(name: str) -> str:
        if name != "Table":
            raise DeployError(f"nothing is called {name}")
        return "the-table"

    def get_att(name: str, attribute: str) -> str:
        return f"{ref(name)}/{attribute}"

    return Scope("portal", TEMPLATE, {}, {"portal-data-TableName": "t"}, ref, get_att)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Ref": "Stage"}, "dev"),
        ({"Ref": "Table"}, "the-table"),
        ({"Ref": "AWS::Region"}, "us-east-1"),
        ({"Ref": "Zones"}, ["a", "b"]),
        ({"Fn::GetAtt": ["Table", "Arn"]}, "the-table/Arn"),
        ({"Fn::GetAtt": "Table.Stream.Arn"}, "the-table/Stream.Arn"),
        (
            {"Fn::Sub": "${Table}-${Table.Arn}-${AWS::AccountId}-${!literal}"},
            "the-table-the-table/Arn-123456789012-${literal}",
        ),
        ({"Fn::Sub": ["${Name}/${Stage}", {"Name": {"Ref": "Table"}}]}, "the-table/dev"),
        ({"Fn::ImportValue": {"Fn::Sub": "${AWS::StackName}-data-TableName"}}, "t"),
        ({"Fn::Join": ["-", ["a", {"Ref": "Stage"}]]}, "a-dev"),
        ({"Fn::Select": [1, {"Fn::Split": [",", "x,y"]}]}, "y"),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "Stage"}, "memory"]}, 128),
        ({"Fn::If": ["IsProduction", 1, 2]}, 2),
        ({"Fn::If": ["Both", 1, 2]}, 1),
        ({"kept": 1, "gone": {"Fn::If": ["IsProduction", 1, {"Ref": "AWS::NoValue"}]}}, {"kept": 1}),
        ([1, {"Ref": "AWS::NoValue"}], [1]),
        ({"Condition": {"StringEquals": {"a": "b"}}}, {"Condition": {"StringEquals": {"a": "b"}}}),
    ],
)
def test_a_function_gives_what_it_gives_deployed(scope: Scope, value: Any, expected: Any) -> None:
    assert scope.resolve(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        {"Ref": "Nobody"},
        {"Fn::ImportValue": "missing"},
        {"Fn::Cidr": ["10.0.0.0/8"]},
        {"Fn::If": ["Unknown", 1, 2]},
        {"Fn::Sub": "${Nobody}"},
    ],
)
def test_what_is_not_known_fails_loudly(scope: Scope, value: Any) -> None:
    with pytest.raises(DeployError):
        scope.resolve(value)


def test_parameters_are_held_to_what_they_allow() -> None:
    assert parameters_of(TEMPLATE, {"Stage": "prod"})["Stage"] == "prod"
    with pytest.raises(DeployError, match="Stage"):
        parameters_of(TEMPLATE, {"Stage": "Prod 1"})
    with pytest.raises(DeployError, match="Days"):
        parameters_of(TEMPLATE, {"Days": "8"})
    with pytest.raises(DeployError, match="neither a value nor a default"):
        parameters_of({"Parameters": {"Url": {"Type": "String"}}}, {})
