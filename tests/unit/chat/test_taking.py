"""What stanzas do to a conversation, whichever road they come by, and however often."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from contracts.chat import Delivery, Direction, Message
from services.chat.amending import retracted
from services.chat.engine.commands import Bounce, Quote, Reactions, Stanza
from services.chat.thread import Thread, ThreadState
from tests.unit.chat.threads import archived, bodies, live

ROMEO, JULIET = "romeo@example.org", "juliet@example.org"
START = datetime(2026, 11, 25, 9, tzinfo=UTC)


def thread() -> Thread:
    return Thread(ThreadState(conversation_id=JULIET, revision=0), dict)


def received(stanza_id: str, body: str = "", at_s: float = 0, **says) -> Stanza:
    return stanza(Direction.RECEIVED, JULIET, stanza_id, body, at_s, **says)


def sent(stanza_id: str, body: str = "", at_s: float = 0, **says) -> Stanza:
    return stanza(Direction.SENT, ROMEO, stanza_id, body, at_s, **says)


def stanza(direction, sender, stanza_id, body, at_s, archive_id=None, **says) -> Stanza:
    return Stanza(
        conversation_id=JULIET,
        direction=direction,
        sender=sender,
        stanza_id=stanza_id,
        archive_id=archive_id,
        sent_at=START + timedelta(seconds=at_s),
        body=body,
        **says,
    )


def only(of: Thread) -> Message:
    (message,) = of.window()
    return message


def test_what_came_live_and_is_read_from_the_archive_is_there_once():
    balcony = thread()
    come = received("1", "O Romeo", archive_id="a1")
    live(balcony, come)
    archived(balcony, come)
    live(balcony, come)
    assert bodies(balcony) == ["O Romeo"]
    assert balcony.state.unread == 1


def test_two_messages_of_one_id_are_two_if_the_archive_says_so():
    balcony = thread()
    live(balcony, received("1", "ay me", archive_id="a1"), received("1", "ay me", archive_id="a2"))
    archived(
        balcony, received("1", "ay me", archive_id="a1"), received("1", "ay me", archive_id="a2")
    )
    assert bodies(balcony) == ["ay me", "ay me"]


def test_an_id_of_the_other_names_none_of_our_messages():
    balcony = thread()
    live(balcony, sent("1", "she speaks"), received("1", "O Romeo"))
    live(balcony, received("2", "changed", replaces="1"))
    assert bodies(balcony) == ["she speaks", "changed"]


def test_the_archive_decides_the_order():
    balcony = thread()
    live(balcony, sent("m", "mine"), received("h", "hers", archive_id="a1"))
    archived(balcony, received("h", "hers", archive_id="a1"), sent("m", "mine", archive_id="a2"))
    assert bodies(balcony) == ["hers", "mine"]


def test_what_fails_to_be_sent_says_why_and_what_is_delivered_does_not_fail_any_more():
    balcony = thread()
    live(balcony, sent("1", "who's there"))
    bounce = Bounce(problem="recipient_unknown", detail="gone")
    live(balcony, received("1", bounce=bounce))
    assert (only(balcony).delivery, only(balcony).problem) == (Delivery.FAILED, bounce.problem)

    reached = thread()
    live(
        reached,
        sent("1", "who's there"),
        received("2", delivered="1"),
        received("1", bounce=bounce),
    )
    assert (only(reached).delivery, only(reached).problem) == (Delivery.DELIVERED, None)


def test_who_has_seen_a_message_has_seen_those_before_it():
    balcony = thread()
    live(balcony, sent("1", "one"), sent("2", "two"), sent("3", "three"))
    live(balcony, received("r", displayed="2"), received("d", delivered="1"))
    assert [message.delivery for message in balcony.window()] == ["displayed", "displayed", "sent"]


def test_what_another_device_of_ours_has_displayed_or_answered_is_read():
    balcony = thread()
    live(balcony, received("1", "one"), received("2", "two"), received("3", "three"))
    assert balcony.state.unread == 3
    live(balcony, sent("d", displayed="2"))
    assert balcony.state.unread == 1
    live(balcony, sent("4", "answered elsewhere"))
    assert balcony.state.unread == 0


def test_only_the_sender_corrects_and_retracts():
    balcony = thread()
    live(balcony, received("1", "a rose"))
    live(balcony, sent("x", "a thorn", replaces="1"), sent("y", retracts="1"))
    assert bodies(balcony) == ["a rose"]
    live(balcony, received("2", "a flower", 60, replaces="1"))
    assert only(balcony).edited_at == START + timedelta(seconds=60)
    live(balcony, received("3", retracts="1"), received("4", "too late", replaces="1"))
    assert only(balcony) == retracted(only(balcony))
    assert only(balcony).body == ""


def test_reactions_of_one_replace_their_own_and_leave_those_of_others():
    balcony = thread()
    live(balcony, received("1", "good night"))
    live(balcony, received("2", reactions=Reactions(stanza_id="1", emoji=("🌹", "💜"))))
    live(balcony, sent("3", reactions=Reactions(stanza_id="1", emoji=("🌹",))))
    live(balcony, received("4", reactions=Reactions(stanza_id="1", emoji=("🌹",))))
    (rose,) = only(balcony).reactions
    assert (rose.emoji, rose.senders) == ("🌹", (ROMEO, JULIET))


def test_what_changes_a_message_that_is_read_later_is_not_forgotten():
    balcony = thread()
    change = received("2", "a flower", replaces="1", archive_id="a2")
    reaction = sent("3", reactions=Reactions(stanza_id="1", emoji=("💜",)), archive_id="a3")
    archived(balcony, change, reaction)
    assert bodies(balcony) == []
    archived(balcony, received("1", "a rose", archive_id="a1"))
    assert only(balcony).body == "a flower"
    assert only(balcony).reactions[0].emoji == "💜"


def test_an_old_change_that_the_archive_brings_again_does_not_undo_a_newer_one():
    balcony = thread()
    first = received("2", "second", replaces="1", archive_id="a2")
    last = received("3", "third", replaces="1", archive_id="a3")
    live(balcony, received("1", "first", archive_id="a1"), first, last)
    archived(balcony, received("1", "first", archive_id="a1"), first)
    assert bodies(balcony) == ["third"]


def test_a_reply_quotes_what_is_kept_rather_than_what_it_says():
    balcony = thread()
    live(balcony, sent("1", "what's in a name"))
    lie = Quote(stanza_id="1", sender=JULIET, excerpt="something else")
    live(balcony, received("2", "much", quote=lie))
    answer = balcony.window()[-1].in_reply_to
    assert (answer.sender, answer.excerpt) == (ROMEO, "what's in a name")


def test_whoever_writes_is_only_shown_in_a_conversation_that_there_is():
    balcony = thread()
    live(balcony, received("1", is_composing=True))
    assert not balcony.state.is_composing


SENDERS = st.sampled_from([sent, received])


@st.composite
def archives(draw) -> list[Stanza]:
    """What a server might keep: clocks jump, and senders use ids twice."""
    size = draw(st.integers(1, 12))
    return [
        draw(SENDERS)(
            draw(st.sampled_from(["x", "y", f"id{number}"])),
            f"text {number}",
            draw(st.integers(-5, 5)),
            archive_id=f"a{number}",
        )
        for number in range(size)
    ]


@given(archive=archives(), data=st.data())
def test_nothing_is_missing_or_twice_or_out_of_order_whatever_came_live(archive, data):
    balcony = thread()
    read = 0
    for each in data.draw(st.permutations([*archive, *archive])):
        if data.draw(st.booleans(), label="came live"):
            live(balcony, each)
        elif read < len(archive):
            archived(balcony, archive[read])
            read += 1
    archived(balcony, *archive[read:])
    assert bodies(balcony) == [each.body for each in archive]
