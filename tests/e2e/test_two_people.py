"""Two people on one machine: a stack each, and nothing of one is the other's."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import amqp
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Playwright, expect
from redis import Redis
from redis.exceptions import AuthenticationError

from contracts.audio_socket import AudioHello
from deploy.stack import Stack
from tests.e2e.conftest import HANG_UP_EVERYTHING, Chromium, sign_in, tone
from tests.e2e.test_first_call import card, dial
from tests.e2e.test_sign_in import sign_out
from tests.peers.ear import Ear
from tests.peers.face import Face
from tests.peers.sound_card import sound_card

TONES_HZ = {"alice": 700, "bob": 1200}


@dataclass(frozen=True)
class Person:
    """Somebody in a room of their own, with a browser, a microphone and a loudspeaker."""

    page: Page
    ear: Ear


@pytest.fixture
def people(
    playwright: Playwright, tmp_path: Path, alice_stack: Stack, bob_stack: Stack
) -> Iterator[dict[str, Person]]:
    """Alice and bob, signed in."""
    with ExitStack() as rooms:
        people = {}
        for name, stack in (("alice", alice_stack), ("bob", bob_stack)):
            room = tmp_path / name
            room.mkdir()
            sound = rooms.enter_context(sound_card(room))
            microphone = tone(room / "tone.wav", TONES_HZ[name])
            chromium = Chromium(playwright, room, microphone, sound.socket)
            rooms.callback(chromium.close)
            page = chromium.start().pages[0]
            sign_in(page, stack, user=name)
            expect(page.get_by_test_id("dial-input")).to_be_visible()
            rooms.callback(page.evaluate, HANG_UP_EVERYTHING)
            people[name] = Person(page, sound.ear)
        yield people
        sign_out(people["bob"].page)


def test_alice_calls_bob_and_each_hears_the_other(people: dict[str, Person]):
    alice, bob = people["alice"], people["bob"]
    dial(alice.page, "102")
    expect(card(bob.page, direction="incoming", state="early")).to_be_visible()
    expect(card(bob.page, direction="incoming")).to_contain_text("Alice")
    bob.page.get_by_test_id("accept").first.click()

    expect(card(alice.page, state="confirmed")).to_be_visible()
    alice.ear.hears(TONES_HZ["bob"], within_s=10)
    bob.ear.hears(TONES_HZ["alice"], within_s=10)

    bob.page.get_by_test_id("hang-up").first.click()
    for person in (alice, bob):
        expect(card(person.page, state="confirmed")).to_have_count(0)
        person.ear.hears_nothing()
    told = {name: journal(person.page)[0] for name, person in people.items()}
    assert {name: entry["direction"] for name, entry in told.items()} == {
        "alice": "outgoing",
        "bob": "incoming",
    }
    assert {name: entry["remote"]["number"] for name, entry in told.items()} == {
        "alice": "102",
        "bob": "101",
    }
    assert all(entry["result"] == "answered" for entry in told.values())


def contact(page: Page, name: str) -> Locator:
    return page.get_by_test_id("contact").filter(has_text=name)


def test_alice_picks_up_the_call_that_rings_at_carols(page: Page, bob: Face):
    """The offer names both; her phone takes the call, and carol's falls silent."""
    lamp = contact(page, "Carol").get_by_test_id("lamp")
    expect(lamp).to_have_attribute("data-lamp", "free")
    call = bob.dial("103")
    expect(lamp).to_have_attribute("data-lamp", "called")
    expect(contact(page, "Carol")).to_contain_text("Called by Bob")

    offer = page.get_by_test_id("pick-up-offer")
    expect(offer).to_contain_text("Bob is calling Carol.")
    offer.get_by_role("button", name="Pick up").click()

    expect(card(page, state="confirmed")).to_contain_text("Bob")
    expect(card(page, state="confirmed")).to_contain_text("Picked up from Carol.")
    expect(offer).to_have_count(0)
    expect(lamp).to_have_attribute("data-lamp", "free")
    bob.waits_for(call, state="confirmed")
    bob.command(call, "hang-up")


def test_alice_is_asked_when_bob_is_free_and_calls_him_by_one_click(page: Page, bob: Face):
    row = contact(page, "Bob")
    talk = bob.waits_for(bob.dial("600"), state="confirmed")
    expect(row.get_by_test_id("lamp")).to_have_attribute("data-lamp", "busy")
    row.get_by_role("button", name="Tell me when Bob is free").click()
    expect(page.get_by_test_id("completion")).to_contain_text("Bob")

    bob.command(talk, "hang-up")

    ready = page.get_by_test_id("completion-ready")
    expect(ready).to_contain_text("Bob is free now.")
    assert bob.calls() == []
    ready.get_by_role("button", name="Call now").click()
    assert bob.is_called()["remote"]["number"] == "101"
    expect(ready).to_have_count(0)


def test_alice_parks_bob_and_takes_him_back(page: Page, bob: Face):
    call = bob.dial("101")
    page.get_by_test_id("accept").first.click()
    bob.waits_for(call, state="confirmed")

    card(page, state="confirmed").get_by_test_id("park").click()

    expect(card(page, state="terminated")).to_contain_text("Parked in slot 701.")
    parked = page.get_by_test_id("parked-call")
    expect(parked).to_contain_text("Bob")
    parked.get_by_role("button", name="Retrieve").click()
    expect(card(page, state="confirmed")).to_contain_text("Bob")
    expect(parked).to_have_count(0)
    bob.waits_for(call, state="confirmed")


class TestOneBrowserWithBothStacks:
    """Cookies ignore ports: the two sites share a jar."""

    def signed_in(self, browser: BrowserContext, *stacks: Stack) -> list[Page]:
        """A page of each, signed in as the person that the stack is named after."""
        pages = [browser.pages[0], browser.new_page()]
        for page, stack in zip(pages, stacks, strict=True):
            sign_in(page, stack, user=stack.name)
            expect(page.get_by_test_id("dial-input")).to_be_visible()
        return pages

    def test_both_stay_signed_in_and_signing_out_of_one_leaves_the_other(
        self, chromium: Chromium, alice_stack: Stack, bob_stack: Stack
    ):
        alice, bob = self.signed_in(chromium.start(), alice_stack, bob_stack)
        for name, page in (("alice", alice), ("bob", bob)):
            page.reload()
            expect(page.get_by_test_id("dial-input")).to_be_visible()
            assert session(page)["user"].startswith(name)
        sign_out(bob)
        expect(bob.get_by_test_id("sign-in-form")).to_be_visible()
        alice.reload()
        expect(alice.get_by_test_id("dial-input")).to_be_visible()

    def test_a_page_of_one_neither_reads_nor_moves_the_other(
        self, chromium: Chromium, alice_stack: Stack, bob_stack: Stack
    ):
        """Without our Content-Security-Policy, too: to the browser both are the same site."""
        for bypass_csp in (False, True):
            alice, bob = self.signed_in(
                chromium.start(bypass_csp=bypass_csp), alice_stack, bob_stack
            )
            assert alice.evaluate(READ, bob_stack.address) == "TypeError"
            alice.evaluate(DIAL_BLINDLY, bob_stack.address)
            assert alice.evaluate(LISTEN, bob_stack.address.replace("http", "ws")) == "error"
            assert bob.evaluate(CALLS) == []


CALLS = "async () => (await (await fetch('/api/v1/calls')).json()).items"
READ = """(other) => fetch(`${other}/api/v1/journal`, {credentials: 'include'})
  .then((answer) => answer.status, (error) => error.name)"""
DIAL_BLINDLY = """(other) => fetch(`${other}/api/v1/calls`, {
  method: 'POST', mode: 'no-cors', credentials: 'include', body: JSON.stringify({target: '600'})
}).catch(() => 'sent, and the answer is kept from us')"""
LISTEN = """(other) => new Promise((told) => {
  const socket = new WebSocket(`${other}/api/v1/audio`)
  socket.onopen = () => told('open')
  socket.onerror = () => told('error')
})"""


class TestNothingOfOneOpensTheOther:
    """By programs, which send what they like."""

    def test_a_cookie(self, alice: Face, bob_stack: Stack):
        token = alice.http.cookies["handset-alice"]
        with Face(bob_stack.address) as stranger:
            for name in ("handset-alice", "handset-bob"):
                cookie = {"Cookie": f"{name}={token}"}
                answer = stranger.request("GET", "/api/v1/session", headers=cookie)
                assert (answer.status_code, answer.json()["code"]) == (401, "sign_in_required")

    def test_an_account_and_its_password(self, bob: Face, bob_stack: Stack):
        with Face(bob_stack.address) as stranger:
            taken = stranger.sign_in("alice@practice")
            assert (taken.status_code, taken.json()["code"]) == (409, "account_taken")
            assert stranger.sign_in("bob@practice", password="alice-practice").status_code == 403

    def test_an_origin(self, bob: Face, alice_stack: Stack):
        for address in (alice_stack.address, alice_stack.address.replace("localhost", "127.0.0.1")):
            answer = bob.request("GET", "/api/v1/session", headers={"Origin": address})
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden_origin")

    def test_a_password_of_the_broker(self, alice_stack: Stack, bob_stack: Stack):
        address = f"127.0.0.1:{bob_stack.amqp_port}"
        with pytest.raises(amqp.AccessRefused):
            amqp.Connection(address, "handset", alice_stack.secret("rabbitmq-password")).connect()

    def test_a_password_of_the_store(self, alice_stack: Stack, bob_stack: Stack):
        password = alice_stack.secret("redis-password")
        with (
            Redis("127.0.0.1", bob_stack.redis_port, password=password) as store,
            pytest.raises(AuthenticationError),
        ):
            store.ping()

    def test_a_token_of_the_audio(self, alice_stack: Stack, bob_stack: Stack):
        with socket.create_connection(("127.0.0.1", bob_stack.audio_port), 5) as connection:
            hello = AudioHello(token=alice_stack.secret("audio-token"))
            connection.sendall(f"{hello.model_dump_json()}\n".encode())
            assert connection.recv(1) == b""

    def test_another_user_of_the_machine(self, alice_stack: Stack, bob_stack: Stack):
        for stack in (alice_stack, bob_stack):
            assert mode(stack.directory) == 0o700
            assert mode(stack.engine_socket) == 0o600
            secrets = list((stack.directory / "secrets").iterdir())
            assert secrets
            assert {mode(secret) for secret in secrets} == {0o600}


@pytest.fixture
def bob(bob_stack: Stack) -> Iterator[Face]:
    """A program that bob has signed in to his stack with."""
    with Face(bob_stack.address) as face:
        assert face.sign_in("bob@practice").status_code == 200
        yield face
        face.request("DELETE", "/api/v1/session")


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def journal(page: Page) -> list[dict]:
    """Newest first."""
    return page.evaluate("async () => (await (await fetch('/api/v1/journal')).json()).items")


def session(page: Page) -> dict:
    return page.evaluate("async () => (await fetch('/api/v1/session')).json()")
