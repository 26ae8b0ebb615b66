"""Another telephone of Alice's, which Bob's plays: calls start there, and are sent there."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from deploy.practice.server import PracticeServer, asterisk_says
from deploy.stack import Stack
from tests.e2e.conftest import card, dial
from tests.peers.face import Face
from tests.peers.telephone import Telephone

DESK_HZ, CAROL_HZ = 1100, 1900


@pytest.fixture(autouse=True)
def phones_are_gone_after_the_test(alice_stack: Stack) -> Iterator[None]:
    yield
    with Face(alice_stack.address) as face:
        face.sign_in()
        assert face.request("PATCH", "/api/v1/incoming-rules", {"phones": []}).status_code == 200


def test_a_call_starts_on_the_chosen_phone_and_a_ringing_one_is_sent_there(
    page: Page, practice: PracticeServer
):
    page.get_by_role("link", name="Settings").click()
    settings = page.get_by_test_id("incoming-settings")
    for name, number in (("Kitchen", "103"), ("Desk", "102")):
        settings.get_by_label("Name", exact=True).fill(name)
        settings.get_by_label("Number", exact=True).fill(number)
        settings.get_by_role("button", name="Add").click()
    settings.get_by_label("Calls start on").select_option("Kitchen")

    dial(page, "601")
    elsewhere = card(page, appearance="elsewhere")
    expect(elsewhere).to_contain_text("Kitchen rings")
    expect(elsewhere).to_contain_text("Take it off the hook, then 601 is called.")
    elsewhere.get_by_test_id("hang-up").click()
    expect(card(page, appearance="ended")).to_be_visible()

    page.get_by_test_id("phone-choice").click()
    page.get_by_role("menuitemradio", name="Desk").click()
    with (
        Telephone(practice, "bob", DESK_HZ) as desk,
        Telephone(practice, "carol", CAROL_HZ) as carol,
    ):
        expect(page.get_by_test_id("dial-button")).to_have_text("Call on Desk")
        dial(page, "103")
        expect(card(page, appearance="ended")).to_contain_text("The call is on Desk now.")
        desk.hears(CAROL_HZ)
        carol.hears(DESK_HZ)
        desk.hangs_up()

        asterisk_says(practice, "channel originate Local/101@internal application Milliwatt")
        card(page, appearance="incoming").get_by_test_id("send-to-phone").click()
        desk.hears(1004, within_s=8)
    page.get_by_role("link", name="Journal").click()
    expect(page.get_by_test_id("journal-entry").nth(1)).to_contain_text("on Desk")
