"""What is promised is there: interfaces, events with samples, generated files."""

import inspect
import json
from pathlib import Path
from typing import get_args

import pytest
from nameko.extensions import Entrypoint

from contracts.audio_sinks import AudioSinkRpc
from contracts.avatars import AvatarRpc
from contracts.base import Event
from contracts.blocking import BlockingRpc
from contracts.chat import ChatRpc
from contracts.chat_connection import ChatConnectionRpc
from contracts.conferences import ConferenceRpc
from contracts.directory import DirectoryRpc
from contracts.events import AnyEvent, any_event
from contracts.journal import JournalRpc
from contracts.lamps import LampsRpc
from contracts.missed_calls import MissedCallsRpc
from contracts.presence import PresenceRpc
from contracts.rooms import RoomsRpc
from contracts.roster import RosterRpc
from contracts.sip import SipRpc
from contracts.sound_check import SoundCheckRpc
from contracts.subscriptions import SubscriptionRpc
from contracts.teams import TeamsRpc
from gateway.openapi import document
from services.chat.engine.agent import ChatAgent
from services.chat.engine.commands import ChatEngine
from services.chat.service import ChatService
from services.directory.service import DirectoryService
from services.journal.service import JournalService
from services.sip.engine.agent import SipAgent
from services.sip.engine.commands import SipEngine
from services.sip.service import SipService
from services.teams.service import TeamsService

REPOSITORY = Path(__file__).resolve().parent.parent.parent
SAMPLES = sorted((REPOSITORY / "tests" / "samples" / "events").glob("*.json"))
EVENTS = get_args(get_args(AnyEvent)[0])


def methods(interface: type) -> list[str]:
    return [name for name, member in vars(interface).items() if inspect.isfunction(member)]


@pytest.mark.parametrize(
    ("interface", "service"),
    [
        (SipRpc, SipService),
        (LampsRpc, SipService),
        (ConferenceRpc, SipService),
        (SoundCheckRpc, SipService),
        (AudioSinkRpc, SipService),
        (DirectoryRpc, DirectoryService),
        (JournalRpc, JournalService),
        (MissedCallsRpc, JournalService),
        (TeamsRpc, TeamsService),
        (ChatRpc, ChatService),
        (ChatConnectionRpc, ChatService),
        (RosterRpc, ChatService),
        (RoomsRpc, ChatService),
        (PresenceRpc, ChatService),
        (AvatarRpc, ChatService),
        (BlockingRpc, ChatService),
        (SubscriptionRpc, ChatService),
    ],
)
def test_every_method_of_an_interface_is_an_entrypoint_of_its_service(interface, service):
    for name in methods(interface):
        entrypoints = getattr(getattr(service, name), "nameko_entrypoints", set())
        assert any(isinstance(each, Entrypoint) for each in entrypoints), name


def test_every_command_of_an_engine_is_implemented():
    for engine, agent in ((SipEngine, SipAgent), (ChatEngine, ChatAgent)):
        for name in methods(engine):
            assert getattr(agent, name) is not getattr(engine, name), name


def test_every_event_is_in_the_stream():
    def all_below(kind: type) -> set[type]:
        return {kind, *(each for child in kind.__subclasses__() for each in all_below(child))}

    ours = {each for each in all_below(Event) if each.__module__.startswith("contracts.")}
    assert ours - {Event} == set(EVENTS)


def test_every_event_has_a_sample():
    sampled = {json.loads(path.read_text())["type"] for path in SAMPLES}
    assert sampled == {event.model_fields["type"].default for event in EVENTS}


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_what_was_once_recorded_still_parses(path):
    recorded = json.loads(path.read_text())
    event = any_event.validate_python(recorded)
    assert is_within(recorded, any_event.dump_python(event, mode="json"))


def is_within(recorded: object, parsed: object) -> bool:
    """Whether nothing recorded is lost or changed; fields that came later may be there."""
    if isinstance(recorded, list) and isinstance(parsed, list):
        return len(recorded) == len(parsed) and all(map(is_within, recorded, parsed))
    if not isinstance(recorded, dict) or not isinstance(parsed, dict):
        return recorded == parsed
    return all(
        name in parsed and is_within(value, parsed[name]) for name, value in recorded.items()
    )


def test_the_committed_description_of_the_api_is_fresh():
    committed = json.loads((REPOSITORY / "web" / "openapi.json").read_text())
    assert committed == json.loads(json.dumps(document())), "run: make generate"
