/**
 * The contact list: people of the directory, and whoever only the chat server knows. It is loaded
 * beside everything else: without a directory the page works all the same.
 */
import { defineStore } from 'pinia'
import { computed, ref, shallowReactive } from 'vue'
import { ApiProblem } from '@/api/client'
import * as api from '@/api/operations'
import type { AnyEvent, Contact } from '@/api/types'
import { useNotice } from './notice'
import { type Person, useRoster } from './roster'
import { useSession } from './session'

type ContactEvent = Extract<AnyEvent, { type: `directory.contact.${string}` }>

const FIRST_DELAY_MS = 1000
const LONGEST_DELAY_MS = 15_000

export const useContacts = defineStore('contacts', () => {
  const notice = useNotice()
  const roster = useRoster()
  const session = useSession()
  const known = shallowReactive(new Map<string, Contact>())
  const isLoaded = ref(false)
  /** The directory does not answer; it is asked again. */
  const isAway = ref(false)
  /** Revisions of contacts that are gone: an older state does not bring them back. */
  const gone = new Map<string, number>()
  /** Events that came while the list was on its way. */
  let early: ContactEvent[] | null = null
  let retry: ReturnType<typeof setTimeout> | undefined
  let delayMs = FIRST_DELAY_MS
  /** Grows when an answer that is under way is no longer wanted. */
  let generation = 0

  const all = computed(() => {
    const people = [...known.values()]
    const addresses = new Set(people.map((each) => each.jid))
    const strangers = [...roster.known.values()].filter((item) => !addresses.has(item.jid))
    return [...people, ...strangers.map(contactOf)]
  })
  const byId = computed(() => new Map(all.value.map((each) => [each.contact_id, each])))
  /** All but the person who is signed in. */
  const others = computed(() =>
    all.value.filter(
      ({ jid }) =>
        jid === null ||
        (`sip:${jid}` !== session.registration?.aor && jid !== session.session?.chat?.jid),
    ),
  )
  const byNumber = computed(() => {
    const found = new Map<string, Contact>()
    for (const contact of known.values()) {
      for (const number of contact.numbers) if (!found.has(number)) found.set(number, contact)
    }
    return found
  })
  /** People have one address for calls and for messages. */
  const byAddress = computed(() => new Map(all.value.map((contact) => [contact.jid, contact])))

  /** All of them, instead of those that are known. Tries again by itself while the directory is away. */
  async function load(): Promise<void> {
    clearTimeout(retry)
    const missed: ContactEvent[] = (early = early ?? [])
    const asked = (generation += 1)
    try {
      const { items } = await api.listContacts()
      if (asked === generation) replaceAll(items)
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      if (asked === generation && error.code !== 'sign_in_required') loadLater()
    }
    if (asked !== generation) return
    early = null
    missed.forEach(apply)
  }

  function replaceAll(contacts: Contact[]): void {
    known.clear()
    contacts.forEach(put)
    isLoaded.value = true
    isAway.value = false
    delayMs = FIRST_DELAY_MS
  }

  function loadLater(): void {
    isAway.value = true
    retry = setTimeout(() => void load(), delayMs)
    delayMs = Math.min(delayMs * 2, LONGEST_DELAY_MS)
  }

  function take(event: ContactEvent): void {
    if (early === null) apply(event)
    else early.push(event)
  }

  function apply(event: ContactEvent): void {
    if (event.type === 'directory.contact.changed') put(event.contact)
    else if (event.revision > revisionOf(event.contact_id)) {
      gone.set(event.contact_id, event.revision)
      known.delete(event.contact_id)
    }
  }

  /** Keep this state of a contact, unless a later one is known. */
  function put(contact: Contact): void {
    if (contact.revision > revisionOf(contact.contact_id)) known.set(contact.contact_id, contact)
  }

  const revisionOf = (contactId: string) =>
    Math.max(known.get(contactId)?.revision ?? -1, gone.get(contactId) ?? -1)

  /** Give a contact its star, or take it away. */
  async function star(contact: Contact, isFavourite: boolean): Promise<void> {
    const changed = await notice.reporting(
      api.changeContact(contact.contact_id, { is_favourite: isFavourite }),
    )
    if (changed !== undefined) put(changed)
  }

  function clear(): void {
    clearTimeout(retry)
    generation += 1
    early = null
    known.clear()
    gone.clear()
    isLoaded.value = false
    isAway.value = false
  }

  return { known, byId, others, byNumber, byAddress, isLoaded, isAway, load, take, star, clear }
})

/** The directory does not know them: they have no number and no star. */
const contactOf = ({ jid, name }: Person): Contact => ({
  contact_id: `xmpp:${jid}`,
  revision: 0,
  name: name || jid.slice(0, jid.indexOf('@')),
  jid,
  numbers: [],
  is_favourite: false,
})

/** Whether the directory keeps a star for them. */
export const canBeFavourite = (contact: Contact) => !contact.contact_id.startsWith('xmpp:')
