"""The settings of a stage, as samconfig.toml holds them, and the questions that fill in what is still an example."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from infrastructure.local.intrinsics import Scope, allows
from infrastructure.local.template import load

ROOT = Path(__file__).parents[2]
SAMCONFIG = ROOT / "samconfig.toml"
PARTS = ("data", "auth", "web", "portal")
_EXAMPLE = "example.org"


class Incomplete(Exception):
    """The stage does not exist, or its settings are still the example's, or none that its stacks take."""


@dataclass(frozen=True)
class StackSettings:
    """One stack of a stage: its name, its template, where it is, and the parameters that people choose."""

    name: str
    template: Path
    parameters: Mapping[str, str]
    region: str | None = None

    def exampled(self) -> list[str]:
        """The parameters that still have an example's value."""
        return [name for name, value in self.parameters.items() if _EXAMPLE in value]

    def takes(self, parameter: str, value: str) -> bool:
        """Whether the template has such a parameter, and lets it have this value."""
        declared = _template(self.template)["Parameters"].get(parameter)
        return declared is not None and allows(declared, value)

    def broken_rules(self) -> Iterator[str]:
        """What the template says of values that do not go together, in its own sentences."""
        template = _template(self.template)
        known = {
            name: declared
            for name, declared in template["Parameters"].items()
            if name in self.parameters
            or "Default" in declared  # the others are found out when it is deployed
        }
        names = {**template, "Parameters": known}
        scope = Scope(self.name, names, self.parameters, {}, lambda name: name, lambda name, _: name)
        for rule in template.get("Rules", {}).values():
            if scope.resolve(rule.get("RuleCondition", True)):
                wrong = (each for each in rule["Assertions"] if not scope.resolve(each["Assert"]))
                yield from (str(each["AssertDescription"]) for each in wrong)


@dataclass(frozen=True)
class Stage:
    """The four stacks of a stage: data, auth, web and the portal itself."""

    name: str
    data: StackSettings
    auth: StackSettings
    web: StackSettings
    portal: StackSettings

    def stacks(self) -> tuple[StackSettings, ...]:
        """In the order in which they are deployed."""
        return self.data, self.auth, self.portal, self.web

    def secrets(self) -> list[str]:
        """The names of the secrets that the portal reads when it runs."""
        return [value for value in self.portal.parameters.values() if value.startswith("/")]


@cache
def _template(file: Path) -> Mapping[str, Any]:
    return load(file)


def read_stage(name: str, samconfig: Path = SAMCONFIG) -> Stage:
    """The settings of a stage; raises Incomplete when samconfig.toml has none of this name."""
    return _stage_in(samconfig.read_text(encoding="utf-8"), name)


def _stage_in(text: str, name: str) -> Stage:
    written = tomllib.loads(text)
    stacks: dict[str, StackSettings] = {}
    for part in PARTS:
        section = name if part == "portal" else f"{name}-{part}"
        if section not in written:
            raise Incomplete(
                f"samconfig.toml has no stage {name}: there is no section [{section}.deploy.parameters]."
            )
        stacks[part] = _stack(written[section]["deploy"]["parameters"])
    return Stage(name, **stacks)


def _stack(given: Mapping[str, Any]) -> StackSettings:
    pairs = (pair.partition("=") for pair in given.get("parameter_overrides", []))
    parameters = {name: value for name, _, value in pairs}
    return StackSettings(given["stack_name"], ROOT / given["template_file"], parameters, given.get("region"))


def check_settings(stage: Stage) -> None:
    """Raises Incomplete, naming them, when settings still have an example's value, or none that their stack takes.

    CloudFormation would say so too, but of the third stack when two are made.
    """
    left = [f"{stack.name}: {name}" for stack in stage.stacks() for name in stack.exampled()]
    if left:
        raise Incomplete(f"samconfig.toml still has the example's values for {', '.join(left)}.")
    refused = [
        f"{stack.name} does not take {name}={value}"
        for stack in stage.stacks()
        for name, value in stack.parameters.items()
        if not stack.takes(name, value)
    ]
    if not refused:  # rules are about values that are taken each by itself
        refused = [f"{stack.name}: {rule}" for stack in stage.stacks() for rule in stack.broken_rules()]
    if refused:
        raise Incomplete(f"The settings in samconfig.toml will not do: {'; '.join(refused)}.")


def ask_for_examples(stage: Stage, ask: Callable[[str], str], samconfig: Path = SAMCONFIG) -> None:
    """Ask for each setting that still is an example's, once for all stacks, and write the answers into samconfig.toml.

    The question is the parameter's own description in the template. An empty answer is one: it says "none". What one of
    the stacks would not take is asked again, and nothing is written unless all answers go together.
    """
    text = samconfig.read_text(encoding="utf-8")
    answered: dict[str, str] = {}
    for stack in stage.stacks():
        for name in stack.exampled():
            if name not in answered:
                answered[name] = _answer(stage, stack, name, ask)
            text = _replaced(text, stage.name, name, stack.parameters[name], answered[name])
    check_settings(_stage_in(text, stage.name))
    samconfig.write_text(text, encoding="utf-8")


def _answer(stage: Stage, first: StackSettings, name: str, ask: Callable[[str], str]) -> str:
    takers = [stack for stack in stage.stacks() if name in stack.exampled()]
    needed = "" if all(stack.takes(name, "") for stack in takers) else "; it is needed"
    question = f"{name}: {description_of(first, name)}\n  (for example {first.parameters[name]}{needed}) > "
    answer = ask(question).strip()
    while refusing := [stack.name for stack in takers if not stack.takes(name, answer)]:
        answer = ask(f"{', '.join(refusing)} does not take {answer!r}. {question}").strip()
    return answer


def description_of(stack: StackSettings, parameter: str) -> str:
    """What the stack's template says of a parameter."""
    declared = _template(stack.template)["Parameters"][parameter]
    return str(declared.get("Description", "")).strip()


def _replaced(text: str, stage: str, name: str, old: str, new: str) -> str:
    """The file's text with a setting changed in the sections of one stage, and everything else as it was."""
    sections = re.split(r"(?m)^(?=\[)", text)
    own = re.compile(rf"\[{re.escape(stage)}(-\w+)?\.")
    return "".join(
        section.replace(f'"{name}={old}"', f'"{name}={new}"') if own.match(section) else section
        for section in sections
    )
