/** Calls, entries and registrations as the gateway sends them. */
import type {
  AnyEvent,
  Call,
  ChatConnection,
  Contact,
  Conversation,
  JournalEntry,
  Lamp,
  Message,
  OwnPresence,
  Registration,
  Room,
  RosterItem,
  Session,
  Team,
  WaitingCaller,
} from '@/api/types'

const bob = {
  number: '102',
  display_name: 'Bob',
  uri: 'sip:102@example.com',
  contact_id: null,
}

export function callOf(changes: Partial<Call> = {}): Call {
  return {
    call_id: 'c1',
    revision: 1,
    direction: 'outgoing',
    state: 'trying',
    cause: null,
    problem: null,
    sip_status: null,
    dialled_text: '102',
    picked_up_from: null,
    remote: bob,
    local_direction: 'sendrecv',
    remote_direction: 'sendrecv',
    microphone: 'live',
    audio_sink: 'browser',
    continuity: 'unbroken',
    conference_id: null,
    conferred_with: [],
    transfer: null,
    started_at: '2026-11-24T10:00:00Z',
    answered_at: null,
    ended_at: null,
    held_at: null,
    hold_time_s: 0,
    quality: null,
    recordings: [],
    priority: 'normal',
    diversion: null,
    placed_on: null,
    encryption: null,
    ...changes,
  }
}

export function entryOf(changes: Partial<JournalEntry> = {}): JournalEntry {
  return {
    entry_id: 'c1',
    revision: 1,
    direction: 'incoming',
    result: 'missed',
    cause: 'cancelled',
    problem: null,
    sip_status: null,
    remote: bob,
    dialled_text: null,
    started_at: '2026-11-24T10:00:00Z',
    answered_at: null,
    ended_at: null,
    quality: null,
    recordings: [],
    ring_time_s: 3,
    talk_time_s: 0,
    hold_time_s: 0,
    transferred_to: null,
    conferred_with: [],
    diversion: null,
    placed_on: null,
    encryption: null,
    ...changes,
  }
}

export function lampOf(changes: Partial<Lamp> = {}): Lamp {
  return {
    number: '103',
    revision: 1,
    kind: 'person',
    state: 'free',
    remote: null,
    is_replaceable: false,
    since: '2026-11-24T10:00:00Z',
    completion: null,
    ...changes,
  }
}

export function registrationOf(changes: Partial<Registration> = {}): Registration {
  return {
    revision: 1,
    aor: 'sip:alice@example.com',
    state: 'active',
    problem: null,
    detail: '',
    sip_status: 200,
    expires_in_s: 300,
    retry_at: null,
    ...changes,
  }
}

export function sessionOf(changes: Partial<Session> = {}): Session {
  return {
    stack: 'handset',
    user: 'alice',
    server: 'example.com',
    sip: registrationOf(),
    chat: chatConnectionOf(),
    voicemail_number: null,
    can_pick_up: true,
    park_number: '700',
    now: '2026-11-24T12:00:00Z',
    event_id: '10-0',
    ...changes,
  }
}

export function teamOf(changes: Partial<Team> = {}): Team {
  return {
    team_id: 'support',
    revision: 1,
    name: 'Support',
    number: '620',
    membership: 'flexible',
    problem: null,
    state: 'logged_out',
    pause_reason: '',
    is_in_sight: true,
    pause_reasons: ['Nacharbeit'],
    members: [],
    callers: [],
    ...changes,
  }
}

export function contactOf(changes: Partial<Contact> = {}): Contact {
  return {
    contact_id: 'b0b',
    revision: 1,
    name: 'Bob',
    jid: null,
    numbers: [],
    is_favourite: false,
    ...changes,
  }
}

export function callerOf(changes: Partial<WaitingCaller> = {}): WaitingCaller {
  return {
    caller_id: '1',
    position: 1,
    number: '102',
    display_name: 'Bob',
    waiting_since: '2026-11-24T10:00:00Z',
    ...changes,
  }
}

export function changedContact(changes: Partial<Contact> = {}) {
  return { type: 'directory.contact.changed', contact: contactOf(changes) } satisfies AnyEvent
}

export function chatConnectionOf(changes: Partial<ChatConnection> = {}): ChatConnection {
  return {
    revision: 1,
    jid: 'alice@example.com',
    state: 'connected',
    problem: null,
    detail: '',
    retry_at: null,
    ...changes,
  }
}

export function messageOf(changes: Partial<Message> = {}): Message {
  return {
    message_id: 'm1',
    conversation_id: 'bob@example.com',
    revision: 1,
    position: 1,
    direction: 'received',
    sender: 'bob@example.com',
    sender_name: '',
    body: 'Hello',
    sent_at: '2026-11-24T10:00:00Z',
    delivery: null,
    problem: null,
    problem_detail: '',
    edited_at: null,
    file: null,
    is_retracted: false,
    in_reply_to: null,
    reactions: [],
    stanza_id: null,
    archive_id: null,
    ...changes,
  }
}

export function conversationOf(changes: Partial<Conversation> = {}): Conversation {
  return {
    conversation_id: 'bob@example.com',
    revision: 1,
    kind: 'direct',
    name: '',
    began_at: null,
    unread: 0,
    read_up_to: 0,
    last_message: messageOf(),
    is_composing: false,
    composer: null,
    ...changes,
  }
}

export function rosterItemOf(changes: Partial<RosterItem> = {}): RosterItem {
  return {
    jid: 'bob@example.com',
    revision: 1,
    name: 'Bob',
    groups: [],
    subscription: 'both',
    presence: { show: 'available', status: '' },
    ...changes,
  }
}

export function roomOf(changes: Partial<Room> = {}): Room {
  return {
    conversation_id: 'r1@rooms.example.com',
    revision: 1,
    name: 'Offer',
    topic: '',
    is_owner: true,
    has_left: false,
    end: null,
    members: [],
    ...changes,
  }
}

export function ownPresenceOf(changes: Partial<OwnPresence> = {}): OwnPresence {
  return { revision: 1, show: 'available', status: '', instead_of: null, ...changes }
}
