"""The settings of a stage, as samconfig.toml holds them, and the questions that fill in what is still an example."""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infrastructure.local.template import load

ROOT = Path(__file__).parents[2]
SAMCONFIG = ROOT / "samconfig.toml"
PARTS = ("data", "auth", "web", "portal")
_EXAMPLE = "example.org"


class Incomplete(Exception):
    """The stage does not exist, or its settings are still the example's."""


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


def read_stage(name: str, samconfig: Path = SAMCONFIG) -> Stage:
    """The settings of a stage; raises Incomplete when samconfig.toml has none of this name."""
    written = tomllib.loads(samconfig.read_text(encoding="utf-8"))
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


def refuse_examples(stage: Stage) -> None:
    """Raises Incomplete, naming them, when settings still have an example's value."""
    left = [f"{stack.name}: {name}" for stack in stage.stacks() for name in stack.exampled()]
    if left:
        raise Incomplete(f"samconfig.toml still has the example's values for {', '.join(left)}.")


def ask_for_examples(stage: Stage, ask: Callable[[str], str], samconfig: Path = SAMCONFIG) -> None:
    """Ask for each setting that still is an example's, once for all stacks, and write the answers into samconfig.toml.

    The question is the parameter's own description in the template. An empty answer is one: it says "none".
    """
    text = samconfig.read_text(encoding="utf-8")
    answered: dict[str, str] = {}
    for stack in stage.stacks():
        for name in stack.exampled():
            if name not in answered:
                question = (
                    f"{name}: {description_of(stack, name)}\n  (for example {stack.parameters[name]}) > "
                )
                answered[name] = ask(question).strip()
            text = _replaced(text, stage.name, name, stack.parameters[name], answered[name])
    samconfig.write_text(text, encoding="utf-8")


def description_of(stack: StackSettings, parameter: str) -> str:
    """What the stack's template says of a parameter."""
    declared = load(stack.template)["Parameters"][parameter]
    return str(declared.get("Description", "")).strip()


def _replaced(text: str, stage: str, name: str, old: str, new: str) -> str:
    """The file's text with a setting changed in the sections of one stage, and everything else as it was."""
    sections = re.split(r"(?m)^(?=\[)", text)
    own = re.compile(rf"\[{re.escape(stage)}(-\w+)?\.")
    return "".join(
        section.replace(f'"{name}={old}"', f'"{name}={new}"') if own.match(section) else section
        for section in sections
    )
