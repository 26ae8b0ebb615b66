"""What somebody does who writes messages at the page."""

from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect


@dataclass(frozen=True)
class Chatter:
    """Somebody at the page of their stack."""

    page: Page

    def opens(self, name: str) -> None:
        """The conversation with a contact; what is written goes there."""
        self.page.get_by_test_id("contact").filter(has_text=name).get_by_role(
            "button"
        ).first.click()
        expect(self.composer).to_be_focused()

    @property
    def composer(self) -> Locator:
        return self.page.get_by_test_id("composer")

    def writes(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")

    def message(self, text: str) -> Locator:
        return self.page.get_by_test_id("message").filter(has_text=text)

    def sees(self, text: str, *, delivery: str | None = None) -> Locator:
        """Once, and with how far it got if it is their own."""
        message = self.message(text)
        expect(message).to_have_count(1)
        if delivery is not None:
            sign = message.get_by_test_id("delivery")
            expect(sign).to_have_attribute("data-delivery", delivery)
        return message

    def chooses(self, item: str, text: str) -> None:
        """From the menu of a message."""
        self.sees(text).locator(".bubble").click(button="right")
        self.page.get_by_role("menuitem", name=item).click()
