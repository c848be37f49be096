"""CloudFormation's functions and pseudo parameters: what a value of a template says once everything is known."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from infrastructure.local.account import ACCOUNT_ID, REGION


class DeployError(Exception):
    """The template says something that the local stack does not know; the sentence names where."""


class _NoValue:
    """What `AWS::NoValue` leaves: nothing, not even a null."""


_NO_VALUE = _NoValue()
_VARIABLE = re.compile(r"\$\{([^}!][^}]*)\}")
type Ref = Callable[[str], str]
type GetAtt = Callable[[str, str], str]


class Scope:
    """The names that one stack can refer to, and the value of every expression over them.

    `ref` and `get_att` answer for resources, by logical id; `exports` are those of the stacks deployed before.
    """

    def __init__(
        self,
        stack_name: str,
        template: Mapping[str, Any],
        parameters: Mapping[str, str],
        exports: Mapping[str, str],
        ref: Ref,
        get_att: GetAtt,
    ) -> None:
        self._conditions: Mapping[str, Any] = template.get("Conditions", {})
        self._mappings: Mapping[str, Any] = template.get("Mappings", {})
        self._exports = exports
        self._ref_resource = ref
        self._get_att = get_att
        self._names = {
            "AWS::StackName": stack_name,
            "AWS::Region": REGION,
            "AWS::AccountId": ACCOUNT_ID,
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT_ID}:stack/{stack_name}/local",
            "AWS::NotificationARNs": "",
            **parameters_of(template, parameters),
        }

    def resolve(self, value: Any) -> Any:
        """The value with every function in it evaluated; raises DeployError for a function that is not known."""
        resolved = self._resolve(value)
        return None if resolved is _NO_VALUE else resolved

    def condition(self, name: str) -> bool:
        """Whether a named condition holds."""
        if name not in self._conditions:
            raise DeployError(f"The template has no condition {name}.")
        return bool(self._resolve(self._conditions[name]))

    def _resolve(self, value: Any) -> Any:
        if isinstance(value, list):
            return [item for item in map(self._resolve, value) if item is not _NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            name, argument = next(iter(value.items()))
            if name in ("Ref", "Condition") and isinstance(argument, str):
                return self._ref(argument) if name == "Ref" else self.condition(argument)
            if name.startswith("Fn::"):
                return self._call(name, argument)
        resolved = {name: self._resolve(item) for name, item in value.items()}
        return {name: item for name, item in resolved.items() if item is not _NO_VALUE}

    def _call(self, name: str, argument: Any) -> Any:
        function = getattr(self, "_fn_" + name.removeprefix("Fn::").lower(), None)
        if function is None:
            raise DeployError(f"The local stack does not know the function {name}.")
        return function(argument)

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return _NO_VALUE
        return self._names[name] if name in self._names else self._ref_resource(name)

    def _fn_getatt(self, argument: Any) -> str:
        logical_id, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
        return self._get_att(logical_id, str(self._resolve(attribute)))

    def _fn_sub(self, argument: Any) -> str:
        text, variables = (argument, {}) if isinstance(argument, str) else argument

        def replace(match: re.Match[str]) -> str:
            name = match[1].strip()
            if name in variables:
                return str(self._resolve(variables[name]))
            return str(self._fn_getatt(name) if "." in name else self._ref(name))

        return _VARIABLE.sub(replace, text).replace("${!", "${")

    def _fn_importvalue(self, argument: Any) -> str:
        name = self._resolve(argument)
        if name not in self._exports:
            raise DeployError(f"No stack exports {name}.")
        return self._exports[name]

    def _fn_join(self, argument: Any) -> str:
        separator, items = argument
        return str(separator).join(map(str, self._resolve(items)))

    def _fn_select(self, argument: Any) -> Any:
        index, items = self._resolve(argument)
        return items[int(index)]

    def _fn_split(self, argument: Any) -> list[str]:
        separator, text = self._resolve(argument)
        return str(text).split(separator)

    def _fn_findinmap(self, argument: Any) -> Any:
        name, first, second = self._resolve(argument)
        return self._resolve(self._mappings[name][first][second])

    def _fn_if(self, argument: Any) -> Any:
        name, then, otherwise = argument
        return self._resolve(then if self.condition(name) else otherwise)

    def _fn_equals(self, argument: Any) -> bool:
        first, second = self._resolve(argument)
        return bool(first == second)

    def _fn_not(self, argument: Any) -> bool:
        return not self._resolve(argument)[0]

    def _fn_and(self, argument: Any) -> bool:
        return all(self._resolve(argument))

    def _fn_or(self, argument: Any) -> bool:
        return any(self._resolve(argument))


def parameters_of(template: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, Any]:
    """The value of each parameter that a template declares; refuses what CloudFormation would refuse."""
    values: dict[str, Any] = {}
    for name, declared in template.get("Parameters", {}).items():
        if name not in given and "Default" not in declared:
            raise DeployError(f"The parameter {name} has neither a value nor a default.")
        value = str(given.get(name, declared.get("Default")))
        if not allows(declared, value):
            raise DeployError(f"The parameter {name} does not allow the value {value!r}.")
        is_list = declared["Type"] in ("CommaDelimitedList", "List<Number>", "List<String>")
        values[name] = [item.strip() for item in value.split(",")] if is_list else value
    return values


def allows(declared: Mapping[str, Any], value: str) -> bool:
    """Whether a parameter, as a template declares it, may have this value."""
    values = [str(item) for item in declared.get("AllowedValues", [])]
    pattern = declared.get("AllowedPattern")
    return (not values or value in values) and (not pattern or re.search(pattern, value) is not None)
