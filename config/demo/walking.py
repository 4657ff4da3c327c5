"""What every walk through the demonstration needs: to expect something, and to sign in as people do."""

from __future__ import annotations

import subprocess
import sys
import time

from clinical.demo_accounts import PASSWORD, TOTP_SEED, totp_code
from config.demo.browser import Browser, Page

SECOND_FACTOR_SECONDS = 70


class CheckFailedError(AssertionError):
    """What was seen is not what should be."""


def expect(seen: object, what: str) -> None:
    """Fail the check in progress unless `seen` is true."""
    if not seen:
        raise CheckFailedError(what)


def sign_in(browser: Browser, username: str) -> Page:
    """Both factors. A one-time code counts once, so a walk right after another waits for the next code."""
    page = browser.open("/accounts/login/")
    page = browser.submit(page, page.form_with("login"), login=username, password=PASSWORD)
    deadline = time.monotonic() + SECOND_FACTOR_SECONDS
    while "/2fa/authenticate" in page.url:
        expect(time.monotonic() < deadline, f"{username}'s one-time code was not accepted")
        page = browser.submit(page, page.form_with("code"), code=totp_code(TOTP_SEED))
        if "/2fa/authenticate" in page.url:
            time.sleep(2)
    expect("/accounts/" not in page.url, f"{username} is still on {page.url}")
    return page


def confirmed(browser: Browser, page: Page) -> Page:
    """What was sent is carried out once the person has given the password again, and nothing of it is typed twice."""
    if "/reauthenticate/" not in page.url:
        return page
    return browser.submit(page, page.form_with("password"), password=PASSWORD)


def last_line_of(command: str, *arguments: str) -> str:
    """What one of our commands, which must succeed, said last."""
    return output_of(command, *arguments).splitlines()[-1]


def output_of(command: str, *arguments: str) -> str:
    done = run("manage.py", command, *arguments)
    expect(done.returncode == 0, done.stdout[-300:] + done.stderr[-300:])
    return done.stdout.strip()


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run this interpreter in the checkout, in the demonstration's environment."""
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)  # noqa: S603  our own commands
