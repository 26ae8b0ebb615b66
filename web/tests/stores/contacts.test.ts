import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Contact } from '@/api/types'
import { found, listed } from '@/components/contact/filters'
import { useContacts } from '@/stores/contacts'
import { useSession } from '@/stores/session'
import { stubGateway } from '../gateway'
import { changedContact, contactOf, registrationOf, sessionOf } from '../samples'

const page = (items: Contact[]) => ({ items, event_id: '1-0' })
const deleted = (revision: number) =>
  ({ type: 'directory.contact.deleted', contact_id: 'b0b', revision }) as const
const names = () => [...useContacts().known.values()].map((each) => each.name)

beforeEach(() => {
  vi.useFakeTimers()
  setActivePinia(createPinia())
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('the contacts', () => {
  it('are as the stack has them', async () => {
    stubGateway({
      'GET /contacts': page([contactOf(), contactOf({ contact_id: 'e', name: 'Eve' })]),
    })
    const contacts = useContacts()
    contacts.take(changedContact({ contact_id: 'gone', name: 'Gone' }))
    await contacts.load()
    expect(names()).toEqual(['Bob', 'Eve'])
    expect(contacts.isLoaded).toBe(true)
  })

  it('keep the latest revision, and whoever is gone does not come back by an older one', () => {
    const contacts = useContacts()
    contacts.take(changedContact({ revision: 4, name: 'Robert' }))
    contacts.take(changedContact({ revision: 3 }))
    expect(names()).toEqual(['Robert'])
    contacts.take(deleted(6))
    contacts.take(changedContact({ revision: 5 }))
    expect(names()).toEqual([])
    contacts.take(changedContact({ revision: 7 }))
    expect(names()).toEqual(['Bob'])
  })

  it('miss nothing that happens while the list is on its way', async () => {
    let answer: (list: object) => void = () => undefined
    stubGateway({ 'GET /contacts': () => new Promise((resolve) => (answer = resolve)) })
    const contacts = useContacts()
    const loading = contacts.load()
    contacts.take(changedContact({ contact_id: 'e', name: 'Eve' }))
    await vi.advanceTimersByTimeAsync(0)
    answer(page([contactOf()]))
    await loading
    expect(names()).toEqual(['Bob', 'Eve'])
  })

  it('are asked for again while the directory is away', async () => {
    const away = { code: 'deadline_exceeded', status: 504 }
    let found: object = away
    const asked = stubGateway({ 'GET /contacts': () => found })
    const contacts = useContacts()
    await contacts.load()
    expect(contacts.isAway).toBe(true)
    found = page([contactOf()])
    await vi.advanceTimersByTimeAsync(1500)
    expect([contacts.isAway, names(), asked.length]).toEqual([false, ['Bob'], 2])
  })

  it('are forgotten at the sign-out, even those that are on their way', async () => {
    stubGateway({ 'GET /contacts': page([contactOf()]) })
    const contacts = useContacts()
    const loading = contacts.load()
    contacts.clear()
    await loading
    expect([names(), contacts.isLoaded]).toEqual([[], false])
  })

  it('show a star as soon as the stack keeps it', async () => {
    const starred = contactOf({ revision: 2, is_favourite: true })
    const asked = stubGateway({ 'PATCH /contacts/b0b': starred })
    const contacts = useContacts()
    contacts.take(changedContact())
    await contacts.star(contactOf(), true)
    expect(asked[0]?.body).toEqual({ is_favourite: true })
    expect(contacts.known.get('b0b')?.is_favourite).toBe(true)
  })

  it('do not list whoever is signed in', async () => {
    stubGateway({ 'GET /session': sessionOf({ sip: registrationOf({ aor: 'sip:bob@x' }) }) })
    await useSession().load()
    const contacts = useContacts()
    contacts.take(changedContact({ jid: 'bob@x' }))
    contacts.take(changedContact({ contact_id: 'e', name: 'Eve', jid: 'eve@x' }))
    expect(contacts.others.map((each) => each.name)).toEqual(['Eve'])
  })
})

describe('the list of contacts', () => {
  const people = ['Zoë', 'Ömer 10', 'Ömer 9', 'Anna'].map((name) => contactOf({ name }))

  it('is sorted as the language sorts', () => {
    const sorted = listed(people, 'all', 'de').map((each) => each.name)
    expect(sorted).toEqual(['Anna', 'Ömer 9', 'Ömer 10', 'Zoë'])
  })

  it('shows favourites alone', () => {
    const some = [...people, contactOf({ name: 'Star', is_favourite: true })]
    expect(listed(some, 'favourites', 'en').map((each) => each.name)).toEqual(['Star'])
  })
  it('is searched by parts of names, addresses and numbers', () => {
    const some = [
      contactOf({ name: 'Zoë Strauß', jid: 'zoe@example.com', numbers: ['103'] }),
      contactOf({ name: 'Bob', jid: 'bob@example.com', numbers: ['+49941123456'] }),
    ]
    const namesFor = (text: string) => found(some, text).map((each) => each.name)
    expect(namesFor('strauss zo')).toEqual(['Zoë Strauß'])
    expect(namesFor('BOB@')).toEqual(['Bob'])
    expect(namesFor('0941 123')).toEqual(['Bob'])
    expect(namesFor('nobody')).toEqual([])
    expect(namesFor(' ')).toHaveLength(2)
  })
})
