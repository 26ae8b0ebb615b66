/** Whom the chat server keeps as contacts, and how they are. */
import { defineStore } from 'pinia'
import { computed, shallowReactive } from 'vue'
import { ApiProblem } from '@/api/client'
import { listRoster } from '@/api/presence-operations'
import type { AnyEvent, Presence, RosterItem } from '@/api/types'
import { usePeople } from './people'
import { useSession } from './session'

const FIRST_DELAY_MS = 1000
const LONGEST_DELAY_MS = 15_000

/** Who somebody is, which seldom changes. */
export type Person = Omit<RosterItem, 'revision' | 'presence'>
type RosterEvent = Extract<AnyEvent, { type: 'chat.roster.changed' }>

export const useRoster = defineStore('roster', () => {
  const people = usePeople()
  const session = useSession()
  const known = shallowReactive(new Map<string, Person>())
  /** How they are, which changes all the time, and of which only their own rows take notice. */
  const presences = shallowReactive(new Map<string, Presence>())
  const revisions = new Map<string, number>()
  /** Revisions of those who are gone: an older state does not bring them back. */
  const gone = new Map<string, number>()
  /** Grows when an answer that is under way is no longer wanted. */
  let generation = 0
  /** Events that came while the list was on its way. */
  let early: RosterEvent[] | null = null
  let retry: ReturnType<typeof setTimeout> | undefined
  let delayMs = FIRST_DELAY_MS

  const isConnected = computed(() => session.session?.chat?.state === 'connected')
  /** The names of all groups, in no order. */
  const groups = computed(() => {
    const found = new Set<string>()
    for (const item of known.values()) item.groups.forEach((group) => found.add(group))
    return [...found]
  })

  /** How somebody is, as far as the server tells us now. */
  function presenceOf(jid: string | null | undefined): Presence | null {
    if (jid == null || !isConnected.value || people.isBlocked(jid)) return null
    return presences.get(jid) ?? null
  }

  const groupsOf = (jid: string | null) => (jid === null ? [] : (known.get(jid)?.groups ?? []))

  /** All of them, instead of those that are known. Tries again by itself while the service is away. */
  async function load(): Promise<void> {
    clearTimeout(retry)
    const missed: RosterEvent[] = (early = early ?? [])
    const asked = (generation += 1)
    try {
      const { items } = await listRoster()
      if (asked === generation) replaceAll(items)
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      if (asked === generation && error.code !== 'sign_in_required') loadLater()
    }
    if (asked !== generation) return
    early = null
    missed.forEach(apply)
  }

  function replaceAll(items: RosterItem[]): void {
    forget()
    items.forEach(put)
    delayMs = FIRST_DELAY_MS
  }

  function loadLater(): void {
    retry = setTimeout(() => void load(), delayMs)
    delayMs = Math.min(delayMs * 2, LONGEST_DELAY_MS)
  }

  function take(event: RosterEvent): void {
    if (early === null) apply(event)
    else early.push(event)
  }

  function apply({ items, deleted, revision }: RosterEvent): void {
    items.forEach(put)
    for (const jid of deleted) {
      if (revision <= revisionOf(jid)) continue
      gone.set(jid, revision)
      known.delete(jid)
      presences.delete(jid)
      revisions.delete(jid)
    }
  }

  function put({ revision, presence, ...person }: RosterItem): void {
    const { jid } = person
    if (revision <= revisionOf(jid)) return
    revisions.set(jid, revision)
    presences.set(jid, presence)
    if (!isSame(person, known.get(jid))) known.set(jid, person)
  }

  const revisionOf = (jid: string) => Math.max(revisions.get(jid) ?? -1, gone.get(jid) ?? -1)

  function forget(): void {
    known.clear()
    presences.clear()
    revisions.clear()
  }

  function clear(): void {
    clearTimeout(retry)
    generation += 1
    early = null
    forget()
    gone.clear()
  }

  return { known, groups, presenceOf, groupsOf, load, take, clear }
})

const isSame = (one: Person, other: Person | undefined) =>
  one.name === other?.name &&
  one.subscription === other.subscription &&
  one.groups.join('\n') === other.groups.join('\n')
