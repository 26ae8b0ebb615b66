"""The roster of the engine: what a server sends, and what of it the service is told."""

import asyncio
import warnings
from collections.abc import Callable

import pytest
from slixmpp import ClientXMPP
from slixmpp.xmlstream import ET

from contracts.presence import Presence, Show
from services.chat.engine.roster import Roster
from services.chat.engine.roster_update import RosterUpdate

NAMESPACE = 'xmlns="jabber:client"'
ROSTER = """
<item jid="bob@practice" name="Bob" subscription="both"><group>Sales</group></item>
<item jid="carol@practice" name="Carol" subscription="both"/>
"""


class Server:
    """Says to a client what a server would."""

    def __init__(self) -> None:
        self.updates: list[RosterUpdate] = []
        self.client = ClientXMPP("alice@practice/here", "secret")
        self.client.loop = asyncio.get_running_loop()
        self.roster = Roster(self.client, self.updates.append)

    def says(self, stanza: str) -> None:
        with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
            self.client._spawn_event(ET.fromstring(stanza))

    def tells_roster(self, items: str = ROSTER, kind: str = "result") -> None:
        query = f'<query xmlns="jabber:iq:roster">{items}</query>'
        stanza = self.client.Iq(ET.fromstring(f'<iq {NAMESPACE} id="r" type="{kind}">{query}</iq>'))
        self.client.event("roster_update", stanza)

    def tells_presence(self, jid: str, content: str = "", kind: str = "") -> None:
        type_ = f'type="{kind}"' if kind else ""
        self.says(f'<presence {NAMESPACE} from="{jid}" {type_}>{content}</presence>')

    async def told(self) -> RosterUpdate:
        """The next update."""
        while not self.updates:
            await asyncio.sleep(0.01)
        return self.updates.pop(0)


def run(story: Callable[[Server], object]) -> None:
    async def tell() -> None:
        await asyncio.wait_for(story(Server()), 5)

    asyncio.run(tell())


def presence(update: RosterUpdate) -> dict[str, Presence]:
    return {item.jid: item.presence for item in update.items}


def test_roster_and_presence_that_come_together_are_told_together():
    async def story(server: Server) -> None:
        server.tells_roster()
        server.tells_presence("bob@practice/desk", "<show>dnd</show><status>Busy</status>")
        update = await server.told()

        assert presence(update) == {
            "bob@practice": Presence(show=Show.DND, status="Busy"),
            "carol@practice": Presence(),
        }
        assert {item.jid: item.groups for item in update.items}["bob@practice"] == ("Sales",)

    run(story)


def test_only_what_has_changed_is_told():
    async def story(server: Server) -> None:
        server.tells_roster()
        await server.told()
        server.tells_presence("carol@practice/phone", "<show>away</show>")

        assert presence(await server.told()) == {"carol@practice": Presence(show=Show.AWAY)}

    run(story)


def test_somebody_is_offline_when_their_last_device_is():
    async def story(server: Server) -> None:
        server.tells_roster()
        server.tells_presence("bob@practice/desk")
        server.tells_presence("bob@practice/phone", "<show>away</show><priority>-1</priority>")
        await server.told()
        server.tells_presence("bob@practice/desk", kind="unavailable")
        assert presence(await server.told())["bob@practice"].show is Show.AWAY

        server.tells_presence("bob@practice/phone", kind="unavailable")
        assert presence(await server.told())["bob@practice"].show is Show.OFFLINE

    run(story)


def test_a_removed_contact_is_told_as_gone():
    async def story(server: Server) -> None:
        server.tells_roster()
        await server.told()
        server.tells_roster('<item jid="bob@practice" subscription="remove"/>', kind="set")

        assert (await server.told()).deleted == ("bob@practice",)

    run(story)


def test_whoever_left_the_roster_while_we_were_away_is_told_as_gone():
    async def story(server: Server) -> None:
        server.tells_roster()
        await server.told()
        server.tells_roster('<item jid="carol@practice" name="Carol" subscription="both"/>')

        assert await server.told() == RosterUpdate(deleted=("bob@practice",))

    run(story)


@pytest.mark.parametrize(
    "content", ["<show>nonsense</show>", "<priority>much</priority>", "<status>\u202eok</status>"]
)
def test_odd_presence_does_no_harm(content):
    async def story(server: Server) -> None:
        server.tells_roster()
        server.tells_presence("mallory@elsewhere/x", content)
        server.tells_presence("bob@practice/desk", content)

        found = presence(await server.told())

        assert found["bob@practice"].show is Show.AVAILABLE
        assert found["bob@practice"].status in ("", "ok")
        assert "mallory@elsewhere" not in found

    run(story)


def test_whoever_is_no_person_is_left_out():
    async def story(server: Server) -> None:
        server.tells_roster(ROSTER + '<item jid="transport.practice" subscription="both"/>')

        assert presence(await server.told()).keys() == {"bob@practice", "carol@practice"}

    run(story)


def test_whoever_follows_presence_hears_that_of_contacts_too():
    async def story(server: Server) -> None:
        heard: list[str] = []
        server.client.add_event_handler("presence", lambda each: heard.append(str(each["from"])))
        server.tells_roster()
        for jid in ("bob@practice/desk", "room@rooms.practice/Bob"):
            server.tells_presence(jid)
        await server.told()
        assert heard == ["bob@practice/desk", "room@rooms.practice/Bob"]

    run(story)
