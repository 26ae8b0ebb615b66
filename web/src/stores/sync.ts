/** Keeps all stores as the stack is: a snapshot first, then every event. */
import { defineStore } from 'pinia'
import { ref } from 'vue'
import { noteBuild } from '@/api/build'
import { ApiProblem } from '@/api/client'
import { isBefore, type StreamState } from '@/api/event-stream'
import type { FromEventWorker } from '@/api/event-worker'
import { connectEvents, type EventClient } from '@/api/events'
import * as api from '@/api/operations'
import type { AnyEvent } from '@/api/types'
import { useAvatars } from './avatars'
import { useCalls } from './calls'
import { useChats } from './chats'
import { useContacts } from './contacts'
import { useConversations } from './conversations'
import { useDrafts } from './drafts'
import { useIncoming } from './incoming'
import { useJournal } from './journal'
import { useLamps } from './lamps'
import { useMissedCalls } from './missed-calls'
import { useNotice } from './notice'
import { useOutbox } from './outbox'
import { usePeople } from './people'
import { usePresence } from './presence'
import { useRooms } from './rooms'
import { useRoster } from './roster'
import { useSession } from './session'
import { useSettings } from './settings'
import { useTeams } from './teams'
import { useThreads } from './threads'
import { useUploads } from './uploads'
import { useVoicemail } from './voicemail'

const FIRST_DELAY_MS = 500
const LONGEST_DELAY_MS = 10_000

export const useSync = defineStore('sync', () => {
  const notice = useNotice()
  const session = useSession()
  const avatars = useAvatars()
  const calls = useCalls()
  const contacts = useContacts()
  const chats = useChats()
  const conversations = useConversations()
  const threads = useThreads()
  const uploads = useUploads()
  const outbox = useOutbox()
  const rooms = useRooms()
  const drafts = useDrafts()
  const journal = useJournal()
  const lamps = useLamps()
  const missedCalls = useMissedCalls()
  const people = usePeople()
  const presence = usePresence()
  const roster = useRoster()
  const settings = useSettings()
  const teams = useTeams()
  const voicemail = useVoicemail()
  const incoming = useIncoming()

  const state = ref<StreamState>({ name: 'connecting' })
  /** From the first failure until events come again. */
  const isLost = ref(false)
  /** How often the machine has slept while this page was open. */
  const sleeps = ref(0)
  let client: EventClient | null = null
  let isClockStale = false
  /** Events that came while a snapshot was on its way. */
  let early: AnyEvent[] | null = null
  let retry: ReturnType<typeof setTimeout> | undefined
  let delayMs = FIRST_DELAY_MS

  /** Load everything and follow the events. Tries again by itself while the gateway is away. */
  async function start(): Promise<void> {
    clearTimeout(retry)
    retry = undefined
    client ??= connectEvents(hear, () => void start())
    if (early !== null) return
    early = []
    try {
      const after = await load()
      delayMs = FIRST_DELAY_MS
      if (after !== null) client.start(after)
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      if (error.code === 'sign_in_required') session.forget()
      else startLater()
    } finally {
      const missed = early
      early = null
      missed.forEach(apply)
    }
  }

  /** The event id that the snapshot includes; null if nobody is signed in. */
  async function load(): Promise<string | null> {
    const begun = await session.load()
    if (begun === null) return null
    void teams.load()
    void contacts.load()
    void conversations.load()
    void rooms.load()
    threads.reload()
    void roster.load()
    void presence.load()
    void avatars.load()
    void people.load()
    const [callList, lampList, page] = await Promise.all([
      api.listCalls(),
      api.listLamps(),
      journal.load(),
      missedCalls.load(),
      settings.load(),
      voicemail.load(),
      incoming.load(),
    ])
    calls.replaceAll(callList.items)
    lamps.replaceAll(lampList.items)
    return [callList.event_id, lampList.event_id, page.event_id].reduce(
      (first, other) => (isBefore(other, first) ? other : first),
      begun.event_id,
    )
  }

  function startLater(): void {
    follow({ name: 'waiting', retryAt: Date.now() + delayMs })
    retry = setTimeout(() => void start(), delayMs)
    delayMs = Math.min(delayMs * 2, LONGEST_DELAY_MS)
  }

  function hear(message: FromEventWorker): void {
    switch (message.kind) {
      case 'event':
        return take(message.event)
      case 'reset':
        return void start()
      case 'build':
        return noteBuild(message.build)
      case 'woke':
        return wake()
      case 'state':
        return message.state.name === 'signed_out' ? session.forget() : follow(message.state)
    }
  }

  /** The machine has slept. The events of that time come by themselves. */
  function wake(): void {
    isClockStale = true
    sleeps.value += 1
  }

  /** Set the clock by the stack's; ours stood still meanwhile. */
  async function setClock(): Promise<void> {
    try {
      await session.load()
      isClockStale = false
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
    }
  }

  function follow(changed: StreamState): void {
    state.value = changed
    if (changed.name === 'open' && isClockStale) void setClock()
    if (changed.name === 'open') outbox.flush()
    if (changed.name === 'waiting') isLost.value = true
    else if (changed.name === 'open' && isLost.value) {
      isLost.value = false
      notice.dismiss() // it spoke of what is over
    }
  }

  function take(event: AnyEvent): void {
    if (early === null) apply(event)
    else early.push(event)
  }

  function apply(event: AnyEvent): void {
    switch (event.type) {
      case 'sip.call.changed':
        return calls.put(event.call)
      case 'sip.incoming_rules.changed':
        return incoming.put(event.rules)
      case 'sip.voicemail.changed':
        return voicemail.put(event.voicemail)
      case 'sip.lamp.changed':
        return lamps.put(event.lamp)
      case 'sip.registration.changed':
        return session.putRegistration(event.registration)
      case 'chat.connection.changed':
        return session.putChatConnection(event.connection)
      case 'chat.conversation.changed':
        return conversations.put(event.conversation)
      case 'chat.message.changed':
        return threads.put(event.message)
      case 'chat.archive.read':
        threads.reload()
        return void conversations.load()
      case 'chat.room.changed':
        return rooms.put(event.room)
      case 'chat.roster.changed':
        return roster.take(event)
      case 'chat.own_presence.changed':
        return presence.put(event.presence)
      case 'chat.block_list.changed':
        return people.putBlockList(event.block_list)
      case 'chat.subscription_requests.changed':
        return people.putRequests(event.requests)
      case 'chat.avatar.changed':
        return avatars.put(event.avatar)
      case 'directory.contact.changed':
      case 'directory.contact.deleted':
        return contacts.take(event)
      case 'journal.entry.changed':
        return journal.put(event.entry)
      case 'journal.missed_calls.changed':
        return missedCalls.put(event.missed_calls)
      case 'gateway.settings.changed':
        return settings.put(event.settings)
      case 'teams.team.changed':
        return teams.put(event.team)
    }
  }

  /** Do not wait for the next attempt. */
  function retryNow(): void {
    if (retry !== undefined) void start()
    else client?.retry()
  }

  /** Unregister the stack and show the sign-in page on every page of this browser. */
  async function signOut(): Promise<void> {
    await session.signOut()
    forgetWriting()
    client?.signedOut()
  }

  /** What somebody has written is not for whoever signs in next. */
  function forgetWriting(): void {
    outbox.clear()
    uploads.clear()
    drafts.clear()
    chats.clear()
  }

  function clear(): void {
    calls.clear()
    contacts.clear()
    conversations.clear()
    threads.clear()
    rooms.clear()
    lamps.clear()
    roster.clear()
    presence.clear()
    avatars.clear()
    people.clear()
    journal.clear()
    missedCalls.clear()
    teams.clear()
  }

  return { state, isLost, sleeps, start, retryNow, signOut, clear }
})
