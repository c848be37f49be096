"""My Profile: reminders, name, e-mail address and the authenticator app, each changed by the member."""

import re
import time
from collections.abc import Callable

import pytest
import segno
from playwright.sync_api import Page, expect
from segno import encoder

from infrastructure.local.cognito_codes import totp
from tests.e2e.browser.people import PASSWORD, Member
from tests.e2e.browser.visitor import Visitor
from tests.e2e.portal import Portal

PATH = "/profile/"
REMINDERS = "Remind me by e-mail before a certification ends"
PHONE = {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"}


def me(member: Member) -> dict[str, object]:
    found: dict[str, object] = member.person.get("/api/me").json()
    return found


def reminders(member: Member) -> bool:
    wanted: bool = member.person.get("/api/me").json()["profile"]["reminders"]
    return wanted


def test_reminders_are_turned_off_and_stay_off_when_other_fields_are_saved(
    visitor: Visitor, member: Member
) -> None:
    page = visitor.open(PATH)
    expect(page.get_by_label(REMINDERS)).to_be_checked()
    page.get_by_label(REMINDERS).uncheck()
    expect(page.locator("contact-form .draft-mark")).to_be_visible()
    page.reload()
    visitor.wait_shown()
    expect(page.get_by_label(REMINDERS)).not_to_be_checked()
    page.get_by_role("button", name="Save changes").click()
    expect(visitor.notice).to_be_focused()
    assert not reminders(member)
    page = visitor.open(PATH)
    expect(page.get_by_label(REMINDERS)).not_to_be_checked()
    page.get_by_label("City").fill("Springfield")
    page.get_by_role("button", name="Save changes").click()
    expect(visitor.notice).to_contain_text("is saved")
    assert not reminders(member)


def test_the_name_is_changed_and_what_was_typed_beside_it_is_saved_after_it(
    visit: Callable[..., Visitor], member: Member
) -> None:
    visitor = visit(**PHONE)
    visitor.enter_as(member)
    page = visitor.open(PATH)
    page.get_by_label("City").fill("Springfield")
    page.get_by_role("button", name="Change name").click()
    expect(page.get_by_label("First name")).to_be_focused()
    visitor.check_accessibility()
    visitor.check_width()
    page.get_by_label("Last name").fill("")
    page.get_by_role("button", name="Save the name").click()
    expect(page.locator("[data-field=last_name] .fault")).to_have_text("Enter your last name.")
    visitor.check_accessibility()
    page.get_by_label("Last name").fill("O’Neill")
    page.get_by_role("button", name="Save the name").click()
    expect(visitor.notice).to_contain_text("Your name is now Robin O’Neill.")
    expect(page.get_by_role("link", name="Welcome Robin O’Neill")).to_be_attached()
    page.get_by_role("button", name="Save changes").click()
    expect(visitor.notice).to_contain_text("Your contact information is saved.")
    profile = member.person.get("/api/me").json()
    assert (profile["name"], profile["profile"]["city"]) == ("Robin O’Neill", "Springfield")


def code_in_the_mail(portal: Portal, address: str) -> str:
    mail = [each for each in portal.outbox() if each["to"] == address][-1]
    return next(word.strip(".") for word in mail["text"].split() if word.strip(".").isdigit())


def test_a_new_address_is_taken_over_by_the_portal_too(
    visitor: Visitor, member: Member, portal: Portal
) -> None:
    new = f"new.{member.email}"
    page = visitor.open(PATH)
    page.get_by_role("button", name="Change e-mail address").click()
    page.get_by_label("New e-mail address").fill(new)
    page.get_by_role("button", name="Send the code").click()
    expect(page.get_by_label("Code from the e-mail")).to_be_visible()  # the mail is on its way
    page.get_by_label("Code from the e-mail").fill(code_in_the_mail(portal, new))
    page.get_by_role("button", name="Confirm the new address").click()
    expect(visitor.notice).to_contain_text(f"you log in with {new}")
    visitor.check_accessibility()
    assert me(member)["email"] == new


def test_a_take_over_that_was_cut_off_is_made_up_for_at_the_next_visit(
    visitor: Visitor, member: Member, portal: Portal
) -> None:
    new = f"new.{member.email}"
    page = visitor.open(PATH)
    page.get_by_role("button", name="Change e-mail address").click()
    page.get_by_label("New e-mail address").fill(new)
    page.get_by_role("button", name="Send the code").click()
    expect(page.get_by_label("Code from the e-mail")).to_be_visible()
    page.get_by_label("Code from the e-mail").fill(code_in_the_mail(portal, new))
    page.route("**/api/me/email", lambda route: route.abort())
    page.get_by_role("button", name="Confirm the new address").click()
    expect(visitor.problem).to_contain_text("No connection")
    page.unroute("**/api/me/email")
    with page.expect_response("**/api/me/email") as answer:
        visitor.open(PATH)
    assert answer.value.ok
    assert me(member)["email"] == new


def test_a_take_over_that_was_cut_off_is_tried_again_and_the_code_is_not(
    visitor: Visitor, member: Member, portal: Portal
) -> None:
    new = f"new.{member.email}"
    page = visitor.open(PATH)
    page.get_by_role("button", name="Change e-mail address").click()
    page.get_by_label("New e-mail address").fill(new)
    page.get_by_role("button", name="Send the code").click()
    expect(page.get_by_label("Code from the e-mail")).to_be_visible()
    page.get_by_label("Code from the e-mail").fill(code_in_the_mail(portal, new))
    page.route("**/api/me/email", lambda route: route.abort(), times=1)
    page.get_by_role("button", name="Confirm the new address").click()
    expect(visitor.problem).to_contain_text("No connection")
    visitor.problem.get_by_role("button", name="Try again").click()
    expect(visitor.notice).to_contain_text(f"you log in with {new}")
    assert me(member)["email"] == new


def app_code(page: Page) -> str:
    """What the authenticator app shows for the key on the page."""
    key = page.locator(".key").inner_text().replace(" ", "")
    return totp(key, time.time())


def codes(text: str | None) -> list[list[str]]:
    """The rows of a text's QR code under each of the eight masks, any of which a camera reads."""
    options = {"error": "m", "mode": "byte", "micro": False, "boost_error": False}
    made = [segno.make(text, mask=mask, **options).matrix for mask in range(8)]
    return [["".join(map(str, row)) for row in matrix] for matrix in made]


def drawn(page: Page) -> list[str]:
    """The rows of the picture on the page, without the light around it."""
    picture = page.get_by_role("img", name="QR code")
    size = int(picture.get_attribute("viewBox").split()[2]) - 8
    squares = set(re.findall(r"M(\d+) (\d+)h1v1h-1z", picture.locator("path").get_attribute("d")))
    return ["".join(str(int((str(x + 4), str(y + 4)) in squares)) for x in range(size)) for y in range(size)]


@pytest.fixture
def padded_by_the_standard(monkeypatch: pytest.MonkeyPatch) -> None:
    """segno adds a byte of zeros where the bits end with a byte already; cameras do not mind, a comparison does."""
    pad = encoder.write_padding_bits
    monkeypatch.setattr(
        encoder,
        "write_padding_bits",
        lambda bits, version, length: pad(bits, version, length) if length % 8 else None,
    )


def test_texts_of_every_size_that_fits_become_their_qr_code(
    visitor: Visitor, padded_by_the_standard: None
) -> None:
    page = visitor.open("/help/")
    whole = "otpauth://totp/Recertification%3Arobin%40example.net?secret=ABCDEFGH234567&issuer=x" * 5
    texts = [
        whole[:length] for length in (1, 14, 15, 42, 43, 62, 84, 106, 122, 152, 180, 213, 214, 251, 287, 331)
    ]
    made = page.evaluate(
        "async (texts) => texts.map((await import('/js/qr-code.js')).matrixOf)", [*texts, whole[:332]]
    )
    assert made.pop() is None
    for text, rows in zip(texts, made, strict=True):
        assert ["".join(str(int(dark)) for dark in row) for row in rows] in codes(text), len(text)


def test_an_authenticator_app_is_set_up_asked_for_and_turned_off(
    visit: Callable[..., Visitor], member: Member, padded_by_the_standard: None
) -> None:
    visitor = visit(**PHONE)
    visitor.enter_as(member)
    page = visitor.open(PATH)
    page.get_by_role("button", name="Set up an authenticator app").click()
    expect(page.locator(".key")).to_be_visible()
    address = page.get_by_role("link", name="open it in the app").get_attribute("href")
    assert drawn(page) in codes(address)
    box = page.get_by_role("img", name="QR code").bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 160  # large enough for a camera
    visitor.check_accessibility()
    visitor.check_width()
    page.get_by_label("Six digits").fill("000000")
    page.get_by_role("button", name="Turn it on").click()
    expect(visitor.problem).to_contain_text("The code does not fit.")
    code = app_code(page)
    key = page.locator(".key").inner_text().replace(" ", "")
    page.get_by_label("Six digits").fill(code)
    page.get_by_role("button", name="Turn it on").click()
    expect(visitor.notice).to_contain_text("you are asked for a code of the app")
    visitor.check_accessibility()

    other = visit()
    other.page.goto(f"{other.url}/")
    other.page.get_by_label("E-mail address or member number").fill(member.email)
    other.page.get_by_label("Password", exact=True).fill(PASSWORD)
    other.page.get_by_role("button", name="Log in", exact=True).click()
    expect(other.page.get_by_role("heading", level=2).first).to_have_text(
        "Enter the code from your authenticator app"
    )
    other.check_accessibility()
    later = totp(key, time.time() + 30)  # no code counts twice
    other.page.get_by_label("Six digits").fill(later)
    other.page.get_by_role("button", name="Continue").click()
    other.wait_shown()
    expect(other.points).to_be_visible()

    page.get_by_role("button", name="Turn the authenticator app off").click()
    page.get_by_role("button", name="Turn it off", exact=True).click()
    expect(visitor.notice).to_contain_text("The authenticator app is off.")
    visitor.check_accessibility()


def test_an_account_of_staff_alone_has_no_contact_information_to_save(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.log_in("staff@example.org")
    nobody = {
        **visitor.page.evaluate("JSON.parse(sessionStorage.getItem('me'))"),
        "email": "",
        "first_name": "",
        "last_name": "",
    }
    visitor.page.route("**/api/me", lambda route: route.fulfill(json=nobody))
    page = visitor.open(PATH)
    expect(page.get_by_role("button", name="Set up an authenticator app")).to_be_visible()
    expect(page.locator("contact-form")).to_have_count(0)
    expect(page.get_by_role("button", name="Change name")).to_have_count(0)
    visitor.check_accessibility()
