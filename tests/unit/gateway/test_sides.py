"""What becomes of the telephone when the password of chat changes, and of chat that is added."""

from typing import Any

import pytest

from contracts.chat_connection import ChatConnection
from contracts.errors import ChatRefused, SignInFailed, WrongCallState
from contracts.gateway import Credentials, PasswordDraft, Side, TelephonePassword
from contracts.instance import InstanceProfile
from gateway.accounts import StackAccount
from gateway.sides import Sides

DRAFT = PasswordDraft(current="old", new="new")


class Server:
    """Stands for a service: notes what it is asked, and may fail."""

    def __init__(self, *, calls: int = 0, failure: Exception | None = None) -> None:
        self.asked: list[Any] = []
        self._calls = calls
        self._failure = failure

    def list_calls(self) -> list[int]:
        return list(range(self._calls))

    def change_password(self, request: Any) -> None:
        if self._failure is not None:
            raise self._failure
        self.asked.append(request)

    def sign_in(self, request: Any) -> ChatConnection:
        self.asked.append(request)
        return ChatConnection()


def profile(*, is_shared: bool = True) -> InstanceProfile:
    return InstanceProfile(name="x", domain="example.com", password_is_shared=is_shared)


def account(*, is_shared: bool = True, without: Side | None = None) -> StackAccount:
    return StackAccount.create("alice", "x", profile(is_shared=is_shared), "old", without)


def test_a_password_that_both_have_is_changed_for_both():
    sip, chat = Server(), Server()

    assert Sides(sip, chat).change_password(DRAFT, account()) is TelephonePassword.CHANGED
    assert chat.asked[0].current.get_secret_value() == "old"
    assert [each.password.get_secret_value() for each in sip.asked] == ["new"]


@pytest.mark.parametrize(
    ("of_whom", "telephone"),
    [
        (account(is_shared=False), TelephonePassword.SEPARATE),
        (account(without=Side.SIP), TelephonePassword.ABSENT),
    ],
)
def test_a_telephone_with_another_password_or_none_hears_nothing(of_whom, telephone):
    sip = Server()

    assert Sides(sip, Server()).change_password(DRAFT, of_whom) is telephone
    assert sip.asked == []


def test_a_registrar_that_is_late_keeps_the_old_password():
    sip = Server(failure=SignInFailed(side="sip", reason="wrong_password"))

    changed = Sides(sip, Server()).change_password(DRAFT, account())
    assert changed is TelephonePassword.REFUSED


def test_nothing_is_changed_during_a_call_or_against_the_servers_will():
    chat = Server()
    with pytest.raises(WrongCallState):
        Sides(Server(calls=1), chat).change_password(DRAFT, account())
    assert chat.asked == []

    sip = Server()
    with pytest.raises(ChatRefused):
        Sides(sip, Server(failure=ChatRefused("no"))).change_password(DRAFT, account())
    assert sip.asked == []


def test_chat_that_is_added_may_be_refused_and_is_kept_so_that_the_person_hears_of_it():
    chat = Server()
    credentials = Credentials(user="alice", password="old", server="x")
    Sides(Server(), chat).add_chat(credentials, "alice", profile())

    assert chat.asked[0].may_be_refused
