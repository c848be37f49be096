"""Debian's Firefox over WebDriver BiDi, the W3C's protocol that it speaks itself: no driver program stands between.

Playwright drives only Firefoxes of its own making. What a short test needs is little: go somewhere, find what a person
would find, click, type, read.
"""

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from websockets.sync.client import connect

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox") or ""
PATIENCE_SECONDS = 20
LISTENING = "WebDriver BiDi listening on "
PREFERENCES = {
    "intl.accept_languages": "en-US",
    "intl.locale.requested": "en-US",
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "signon.rememberSignons": False,
    "toolkit.telemetry.enabled": False,
}
KEYS = {"Control": "\ue009", "Delete": "\ue017"}

LABELLED = """(label, within) => {
  const labels = [...(document.querySelector(within) ?? document).querySelectorAll("label")];
  const found = labels.find((each) => each.innerText.trim().startsWith(label) && each.checkVisibility());
  found?.control?.scrollIntoView({ block: "center" });
  return found?.control ?? null;
}"""
READY = """element => {
  element.scrollIntoView({ block: "center" });
  element.isReached = false;
  element.addEventListener("click", () => (element.isReached = true), { capture: true, once: true });
}"""
IS_REACHED = "element => element.isReached"
IS_FOCUSED = "field => field === document.activeElement"
CHOOSE = """(field, value) => {
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
}"""


class Firefox:
    """One window with a profile of its own; ends with its `with`. `errors` is what scripts complained of."""

    def __init__(self) -> None:
        self._profile = tempfile.TemporaryDirectory(prefix="firefox-", ignore_cleanup_errors=True)
        lines = [
            f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items()
        ]
        Path(self._profile.name, "user.js").write_text("\n".join(lines))
        command = [
            FIREFOX,
            "--headless",
            "--no-remote",
            "--profile",
            self._profile.name,
            "--remote-debugging-port",
            "0",
        ]
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        self._ids = count(1)
        self.errors: list[str] = []

    def __enter__(self) -> Self:
        self._connection = connect(f"{self._address()}/session", max_size=None)
        self._socket = self._connection.__enter__()
        self._ask(
            "session.new", capabilities={"alwaysMatch": {"unhandledPromptBehavior": {"default": "accept"}}}
        )
        self._ask("session.subscribe", events=["log.entryAdded"])
        self._window = self._ask("browsingContext.getTree")["contexts"][0]["context"]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.__exit__(kind, error, trace)
        self._process.terminate()
        self._process.communicate(timeout=20)
        self._profile.cleanup()

    def _address(self) -> str:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            if line.startswith(LISTENING):
                return line.removeprefix(LISTENING).strip()
        raise AssertionError("Firefox ended before it listened")

    def _ask(self, method: str, **parameters: Any) -> Any:
        """A command's result; raises RuntimeError with Firefox's own words."""
        number = next(self._ids)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv(timeout=60))
            if message.get("method") == "log.entryAdded" and message["params"]["level"] == "error":
                self.errors.append(message["params"]["text"])
            if message.get("id") == number:
                if message["type"] == "error":
                    raise RuntimeError(f"{method}: {message['error']}: {message['message']}")
                return message["result"]

    # What a person does

    def open(self, address: str) -> None:
        """Go there, and wait until it is loaded."""
        self._ask("browsingContext.navigate", context=self._window, url=address, wait="complete")

    def click(self, name: str, role: str = "button") -> None:
        """Click what has this role and exactly this name for a screen reader; once more where the page moved it away
        under the click, as it does when an answer comes."""
        locator = {"type": "accessibility", "value": {"role": role, "name": name}}

        def found() -> dict[str, Any] | None:
            nodes = self._ask("browsingContext.locateNodes", context=self._window, locator=locator)["nodes"]
            return nodes[0] if nodes else None

        def what() -> str:
            return f"a {role} named {name!r} on this page:\n{self._evaluate('document.body.innerText')}\n"

        def reached() -> bool:
            node = until(found, what)
            self._call(READY, node)
            self._click(node)
            try:
                return bool(self._call(IS_REACHED, node)["value"])
            except RuntimeError:  # it led to another page
                return True

        until(reached, f"a way to click {name!r}")

    def fill(self, label: str, text: str, within: str = "body") -> None:
        """Type into the field with this label, in place of what stands there; a click on what has just been opened may
        come before it is where it shall be."""

        def entered() -> bool:
            field = self._labelled(label, within)
            self._click(field)
            return bool(self._call(IS_FOCUSED, {"sharedId": field["sharedId"]})["value"])

        until(entered, f"a field labelled {label!r} to type into")
        self._press(*((KEYS["Control"], "a"), (KEYS["Delete"],)))
        self.type(text)

    def choose(self, label: str, value: str, within: str = "body") -> None:
        """Choose from a list, or a day (yyyy-mm-dd); by script, as both are the browser's own widgets."""
        self._call(CHOOSE, self._labelled(label, within), {"type": "string", "value": value})

    def type(self, text: str) -> None:
        """Press the keys of a text."""
        self._press(*((letter,) for letter in text))

    # What a person sees

    def wait_for(self, selector: str, text: str) -> None:
        """Wait until the first element of a selector shows this text."""
        read = f"document.querySelector({json.dumps(selector)})?.innerText ?? ''"
        seen = ""

        def shown() -> bool:
            nonlocal seen
            seen = " ".join(self._evaluate(read).split())
            return text in seen

        until(shown, lambda: f"{text!r} in {selector}, which shows {seen!r}")

    # How

    def _labelled(self, label: str, within: str) -> dict[str, Any]:
        arguments = [{"type": "string", "value": each} for each in (label, within)]

        def found() -> dict[str, Any] | None:
            node = self._call(LABELLED, *arguments)
            return node if node["type"] == "node" else None

        return until(found, f"a field labelled {label!r}")

    def _click(self, node: dict[str, Any]) -> None:
        origin = {"type": "element", "element": {"sharedId": node["sharedId"]}}
        steps = [
            {"type": "pointerMove", "x": 0, "y": 0, "origin": origin},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        self._act({"type": "pointer", "id": "mouse", "actions": steps})

    def _press(self, *chords: tuple[str, ...]) -> None:
        steps: list[dict[str, str]] = []
        for chord in chords:
            steps += [{"type": "keyDown", "value": key} for key in chord]
            steps += [{"type": "keyUp", "value": key} for key in reversed(chord)]
        self._act({"type": "key", "id": "keyboard", "actions": steps})

    def _act(self, source: dict[str, Any]) -> None:
        self._ask("input.performActions", context=self._window, actions=[source])

    def _call(self, function: str, *arguments: dict[str, Any]) -> dict[str, Any]:
        target = {"context": self._window}
        answer = self._ask(
            "script.callFunction",
            functionDeclaration=function,
            arguments=arguments,
            target=target,
            awaitPromise=True,
        )
        assert answer["type"] == "success", answer
        result: dict[str, Any] = answer["result"]
        return result

    def _evaluate(self, expression: str) -> str:
        return str(self._call(f"() => {expression}").get("value", ""))


def until[Found](look: Callable[[], Found | None], what: str | Callable[[], str]) -> Found:
    """What `look` finds at last; while a page gives way to the next one, Firefox may refuse to look."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    refusal = ""
    while time.monotonic() < deadline:
        try:
            if found := look():
                return found
        except RuntimeError as error:
            refusal = str(error)
        time.sleep(0.05)
    raise AssertionError(f"There is not {what if isinstance(what, str) else what()}. {refusal}")
