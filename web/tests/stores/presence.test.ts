import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { RosterItem } from '@/api/types'
import { filtersOf, listed } from '@/components/contact/filters'
import { canBeFavourite, useContacts } from '@/stores/contacts'
import { usePresence } from '@/stores/presence'
import { useRoster } from '@/stores/roster'
import { useSession } from '@/stores/session'
import { stubGateway } from '../gateway'
import {
  changedContact,
  chatConnectionOf,
  ownPresenceOf,
  rosterItemOf,
  sessionOf,
} from '../samples'

const changed = (items: RosterItem[], deleted: string[] = [], revision = 1) => ({
  type: 'chat.roster.changed' as const,
  revision,
  items,
  deleted,
})
const signIn = () => (useSession().session = sessionOf())

beforeEach(() => {
  setActivePinia(createPinia())
  signIn()
})
afterEach(() => vi.unstubAllGlobals())

describe('the roster', () => {
  it('tells how somebody is while there is a connection', () => {
    const roster = useRoster()
    roster.take(changed([rosterItemOf({ presence: { show: 'away', status: 'Lunch' } })]))
    expect(roster.presenceOf('bob@example.com')).toEqual({ show: 'away', status: 'Lunch' })
    expect(roster.presenceOf('eve@example.com')).toBeNull()

    const connection = chatConnectionOf({ revision: 2, state: 'disconnected' })
    useSession().putChatConnection(connection)
    expect(roster.presenceOf('bob@example.com')).toBeNull()
  })

  it('troubles nobody else when somebody comes or goes', () => {
    const roster = useRoster()
    const contacts = useContacts()
    roster.take(changed([rosterItemOf({ name: 'Bob' })]))
    const before = contacts.others
    roster.take(changed([rosterItemOf({ revision: 2, presence: { show: 'dnd', status: '' } })]))
    expect([contacts.others === before, roster.presenceOf('bob@example.com')?.show]).toEqual([
      true,
      'dnd',
    ])
    roster.take(changed([rosterItemOf({ revision: 3, name: 'Robert' })]))
    expect(contacts.others.map(({ name }) => name)).toEqual(['Robert'])
  })

  it('keeps the latest state, and whoever is gone does not come back by an older one', () => {
    const roster = useRoster()
    roster.take(changed([rosterItemOf({ revision: 4, name: 'Robert' })]))
    roster.take(changed([rosterItemOf({ revision: 3 })]))
    expect(roster.known.get('bob@example.com')?.name).toBe('Robert')
    roster.take(changed([], ['bob@example.com'], 6))
    roster.take(changed([rosterItemOf({ revision: 5 })]))
    expect(roster.known.size).toBe(0)
  })

  it('misses nothing that happens while the list is on its way', async () => {
    let answer: (list: object) => void = () => undefined
    stubGateway({ 'GET /roster': () => new Promise((resolve) => (answer = resolve)) })
    const roster = useRoster()
    const loading = roster.load()
    roster.take(changed([rosterItemOf({ revision: 9, name: 'Robert' })]))
    await vi.waitFor(() => {
      answer({ items: [rosterItemOf()], event_id: '1-0' })
    })
    await loading
    expect(roster.known.get('bob@example.com')?.name).toBe('Robert')
  })
})

describe('the contact list', () => {
  it('has everybody of directory and roster once', () => {
    useContacts().take(changedContact({ jid: 'bob@example.com' }))
    useRoster().take(
      changed([
        rosterItemOf({ name: 'Bobby' }),
        rosterItemOf({ jid: 'eve@example.com', name: '' }),
        rosterItemOf({ jid: 'alice@example.com', name: 'Alice' }),
      ]),
    )
    const { others, byAddress } = useContacts()
    expect(others.map(({ name }) => name)).toEqual(['Bob', 'eve'])
    expect(others.map(canBeFavourite)).toEqual([true, false])
    expect(byAddress.get('eve@example.com')?.numbers).toEqual([])
  })

  it('is filtered by the groups of the roster', () => {
    const roster = useRoster()
    const contacts = useContacts()
    roster.take(
      changed([
        rosterItemOf({ groups: ['Sales', 'Ärzte'] }),
        rosterItemOf({ jid: 'eve@example.com', name: 'Eve', groups: ['Sales'] }),
      ]),
    )
    expect(filtersOf(roster.groups, 'de')).toEqual([
      'all',
      'favourites',
      'group:Ärzte',
      'group:Sales',
    ])
    const shown = (filter: 'all' | `group:${string}`) =>
      listed(contacts.others, filter, 'de', roster.groupsOf).map(({ name }) => name)
    expect(shown('group:Ärzte')).toEqual(['Bob'])
    expect(shown('group:Sales')).toEqual(['Bob', 'Eve'])
  })
})

describe('our presence', () => {
  const settings = { status_texts: { available: '', away: 'Lunch', dnd: '' } }

  it('is told with the text that belongs to it', async () => {
    const asked = stubGateway({
      'PATCH /settings': { revision: 1, ...settings },
      'PUT /presence': ownPresenceOf({ show: 'away', status: 'Lunch' }),
    })
    const presence = usePresence()
    await presence.write(settings.status_texts)
    expect(asked.map(({ method }) => method)).toEqual(['PATCH'])

    await presence.choose('away')
    expect(asked[1]?.body).toEqual({ show: 'away', status: 'Lunch' })
    expect(presence.choice).toBe('away')
  })

  it('is told anew when its text is changed', async () => {
    const asked = stubGateway({
      'PATCH /settings': { revision: 1, ...settings },
      'PUT /presence': ownPresenceOf({ revision: 2, show: 'away', status: 'Lunch' }),
    })
    const presence = usePresence()
    presence.put(ownPresenceOf({ revision: 1, show: 'xa', status: 'Gone' }))
    await presence.write(settings.status_texts)
    expect(asked[1]).toMatchObject({ path: '/presence', body: { show: 'away', status: 'Lunch' } })
  })

  it('is what was chosen, also while one is away by oneself', async () => {
    const asked = stubGateway({ 'PATCH /settings': { revision: 1, ...settings } })
    const presence = usePresence()
    const instead_of = { show: 'available' as const, status: '' }
    presence.put(ownPresenceOf({ show: 'away', status: 'Lunch', instead_of }))
    expect(presence.choice).toBe('available')
    expect(presence.isAutomatic).toBe(true)

    await presence.write(settings.status_texts)
    expect(asked.map(({ method }) => method)).toEqual(['PATCH'])
  })

  it('keeps its latest state', () => {
    const presence = usePresence()
    presence.put(ownPresenceOf({ revision: 3, show: 'dnd', status: '' }))
    presence.put(ownPresenceOf({ revision: 2, show: 'available', status: '' }))
    expect(presence.choice).toBe('dnd')
  })
})
