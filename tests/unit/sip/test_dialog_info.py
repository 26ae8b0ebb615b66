"""Documents about the dialogs of a number, as notifiers send them (RFC 4235)."""

import pytest

from contracts.lamps import LampState
from services.sip.dialog_info import DialogInfo, NotUnderstood
from services.sip.engine.dialogs import replaces

XMLNS = 'xmlns="urn:ietf:params:xml:ns:dialog-info"'
RINGING = (
    '<dialog id="103" direction="recipient">'
    '<remote><identity display="Bob &quot;the&quot; Miller">sip:102@practice</identity>'
    '<target uri="sip:102@practice"/></remote><state>early</state></dialog>'
)


def document(*dialogs: str, version: int = 0, state: str = "full") -> str:
    attributes = f'{XMLNS} version="{version}" state="{state}" entity="sip:103@practice"'
    return f'<?xml version="1.0"?>\n<dialog-info {attributes}>{"".join(dialogs)}</dialog-info>'


def dialog(state: str, direction: str = "recipient", name: str = "a") -> str:
    return f'<dialog id="{name}" direction="{direction}"><state>{state}</state></dialog>'


def info(*documents: str) -> DialogInfo:
    told = DialogInfo()
    for each in documents:
        told.apply(each)
    return told


def test_a_ringing_dialog_tells_who_calls():
    told = info(document(RINGING))
    assert told.state is LampState.CALLED
    assert told.ringing is not None
    assert told.ringing.remote is not None
    assert told.ringing.remote.number == "102"
    assert told.ringing.remote.display_name == 'Bob "the" Miller'


@pytest.mark.parametrize(
    ("dialogs", "state"),
    [
        ([], LampState.FREE),
        ([dialog("terminated")], LampState.FREE),
        ([dialog("confirmed")], LampState.BUSY),
        ([dialog("trying", "initiator")], LampState.BUSY),
        ([dialog("early", "initiator")], LampState.BUSY),  # hears ringing, is not called
        ([dialog("confirmed"), dialog("early", name="b")], LampState.CALLED),
        (['<dialog id="a"><state>early</state></dialog>'], LampState.CALLED),
    ],
)
def test_dialogs_come_to_one_state(dialogs, state):
    assert info(document(*dialogs)).state is state


def test_a_partial_document_changes_what_it_names():
    first = document(dialog("confirmed"), dialog("confirmed", name="b"))
    told = info(first, document(dialog("terminated"), version=1, state="partial"))
    assert told.state is LampState.BUSY
    told.apply(document(dialog("terminated", name="b"), version=2, state="partial"))
    assert told.state is LampState.FREE


def test_a_late_document_changes_nothing():
    assert info(document(version=2), document(RINGING, version=1)).state is LampState.FREE


def test_a_missing_document_is_noticed():
    told = info(document(RINGING))
    with pytest.raises(NotUnderstood):
        told.apply(document(dialog("terminated"), version=2, state="partial"))


@pytest.mark.parametrize("unknown", ["sip:invalid@practice", "", "javascript:alert(1)"])
def test_a_caller_who_is_nobody_is_not_told(unknown):
    told = info(document(RINGING.replace(' display="Bob &quot;the&quot; Miller"', "").replace(
        ">sip:102@practice<", f">{unknown}<")))  # fmt: skip
    assert told.ringing is not None
    assert told.ringing.remote is None


@pytest.mark.parametrize(
    "hostile",
    [
        "",
        "busy",
        "<dialog-info",
        document().replace(' version="0"', ""),
        "<presence/>",
        '<!DOCTYPE a [<!ENTITY b "c">]>' + document(),
        document(*(dialog("early", name=str(number)) for number in range(1000))),
    ],
)
def test_what_does_not_fit_is_not_understood(hostile):
    with pytest.raises(NotUnderstood):
        info(hostile)


WITH_TAGS = RINGING.replace(
    'id="103"', 'id="103" call-id="a1@pbx" local-tag="l-2" remote-tag="r-3"'
)


def test_a_dialog_with_its_tags_can_be_replaced_at_the_other_side():
    ringing = info(document(dialog("early"), WITH_TAGS)).ringing
    assert ringing is not None
    assert ringing.identity is not None
    assert ringing.identity.remote_target == "sip:102@practice"
    assert replaces(ringing.identity) == "a1@pbx;to-tag=r-3;from-tag=l-2"


@pytest.mark.parametrize(
    ("told", "instead"),
    [
        ("l-2", ""),
        ("a1@pbx", "a1;early-only"),
        ("r-3", "r&#13;&#10;Route: evil"),
        ('<target uri="sip:102@practice"/>', ""),
        ("sip:102@practice", "http://practice"),
    ],
)
def test_what_is_missing_or_no_part_of_a_header_is_not_used(told: str, instead: str):
    ringing = info(document(WITH_TAGS.replace(told, instead))).ringing
    assert ringing is not None
    assert ringing.identity is None
