"""A person at a screen: Chromium on the running application, with everything watched that a page must not do."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    Response,
    expect,
    sync_playwright,
)

from clinical.demo_accounts import PASSWORD, TOTP_SEED, totp_code
from tests.served import Served

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
ACCESSIBILITY = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
}
SCHEMES = ("light", "dark")
MOST_TABS = 80
PATIENCE_MS = 15_000
REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`content security policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`);
});
"""
FAILED_LOAD = re.compile(r"Failed to load resource: the server responded with a status of (\d{3})")
IS_FOCUSED = "element => element === document.activeElement"


def find_chromium() -> str | None:
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """The system's browser, without a sandbox of its own and without calling home."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Watch:
    """What pages did that they must not do, and which answers were refusals."""

    address: str
    complaints: list[str] = field(default_factory=list)
    refusals: list[int] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        context.add_init_script(REPORT_VIOLATIONS)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.complaints.append(f"script error: {error.error}"))
        context.on("request", self._request)
        context.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        # a refused request is written there too; refusals are compared with what the journey expects
        if message.type in {"error", "warning"} and not FAILED_LOAD.match(message.text):
            self.complaints.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.address}/", "data:")):
            self.complaints.append(f"request to another origin: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.refusals.append(response.status)


class Screen:
    """One person's browser window."""

    def __init__(self, browser: Browser, served: Served, *, scripts: bool = True) -> None:
        self.browser, self.served, self.scripts = browser, served, scripts
        self.context = browser.new_context(
            base_url=served.address, java_script_enabled=scripts, viewport={"width": 1440, "height": 900}, locale="en-GB"
        )
        self.context.set_default_timeout(PATIENCE_MS)
        self.watch = Watch(served.address)
        self.watch.over(self.context)
        self.page: Page = self.context.new_page()

    def close(self) -> None:
        self.context.close()

    # --- going about -----------------------------------------------------------------------------------------------------

    def open(self, path: str) -> Page:
        self.page.goto(path)
        return self.page

    def sign_in(self, username: str, *, look: bool = False) -> None:
        """Both factors, by the keyboard and the labels alone."""
        self.served.forget_used_codes()
        self.open("/")
        self._look_if(look)
        self.type_into("User name", username)
        self.type_into("Password", PASSWORD)
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("heading", name="One-time code", exact=True)).to_be_visible()
        self._look_if(look)
        self.type_into("Code", totp_code(TOTP_SEED))
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("banner").get_by_text("Sign out")).to_be_attached()

    def sign_out(self) -> None:
        self.press(self.page.get_by_role("banner").locator("summary"))
        self.press(self.page.get_by_role("button", name="Sign out"))
        expect(self.page.get_by_role("heading", name="Sign in")).to_be_visible()

    def type_into(self, label: str, text: str) -> None:
        self.tab_to(self.page.get_by_label(label, exact=True))
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def press(self, control: Locator, *, key: str = "Enter") -> None:
        self.tab_to(control)
        self.page.keyboard.press(key)

    def tab_to(self, control: Locator) -> None:
        """Reach a control by the Tab key, as somebody without a mouse does."""
        for _ in range(MOST_TABS):
            if control.evaluate(IS_FOCUSED):
                return
            self.page.keyboard.press("Tab")
        msg = f"{control} was not reached in {MOST_TABS} presses of Tab"
        raise AssertionError(msg)

    # --- what must hold on every page ------------------------------------------------------------------------------------

    def look(self) -> None:
        """Hold the page to WCAG 2.2 AA as it stands now, in light and in dark."""
        with contextlib.ExitStack() as copies:
            page = self.page if self.scripts else copies.enter_context(self._copy_with_scripts())
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                found = Axe().run(page, options=ACCESSIBILITY).response["violations"]
                assert not found, f"{page.url} in {scheme}: {_told(found)}"
            page.emulate_media(color_scheme=SCHEMES[0])

    @contextlib.contextmanager
    def _copy_with_scripts(self) -> Iterator[Page]:
        """What stands on a page without scripts, in a window where the accessibility check can run."""
        html = self.page.content()
        copy = self.browser.new_page(viewport={"width": 1440, "height": 900})
        copy.route(self.page.url, lambda route: route.fulfill(body=html, content_type="text/html"))
        copy.goto(self.page.url)
        try:
            yield copy
        finally:
            copy.close()

    def _look_if(self, wanted: bool) -> None:  # noqa: FBT001  one caller, one line
        if wanted:
            self.look()

    def assert_quiet(self, *, refusals: list[int] | None = None) -> None:
        """No script error, no blocked resource, no request elsewhere, and no refusal but those expected."""
        assert self.watch.complaints == []
        assert self.watch.refusals == (refusals or [])


def _told(violations: list[dict[str, object]]) -> str:
    short = [
        {"rule": found["id"], "help": found["help"], "where": [node["html"][:200] for node in found["nodes"][:5]]}  # type: ignore[attr-defined, index]
        for found in violations
    ]
    return json.dumps(short, indent=1)
