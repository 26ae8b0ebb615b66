import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { usePeople } from '@/stores/people'
import { useRoster } from '@/stores/roster'
import { useSession } from '@/stores/session'
import { stubGateway } from '../gateway'
import { rosterItemOf, sessionOf } from '../samples'

const BOB = 'bob@example.com'
const request = { jid: 'dave@example.com', text: 'It is me' }

beforeEach(() => {
  setActivePinia(createPinia())
  useSession().session = sessionOf()
})
afterEach(() => vi.unstubAllGlobals())

it('claims nothing about the presence of somebody who is blocked', () => {
  const [people, roster] = [usePeople(), useRoster()]
  const presence = { show: 'away' as const, status: '' }
  const items = [rosterItemOf({ presence })]
  roster.take({ type: 'chat.roster.changed', revision: 1, items, deleted: [] })
  expect(roster.presenceOf(BOB)).toEqual(presence)

  people.putBlockList({ revision: 2, is_offered: true, jids: [BOB] })
  people.putBlockList({ revision: 1, is_offered: true, jids: [] })
  expect(people.isBlocked(BOB)).toBe(true)
  expect(roster.presenceOf(BOB)).toBeNull()
})

it('sends an answer to whoever asks, and keeps who is left', async () => {
  const path = `/subscription-requests/${encodeURIComponent(request.jid)}`
  const asked = stubGateway({ [`PUT ${path}`]: { revision: 4, items: [] } })
  const people = usePeople()
  people.putRequests({ revision: 3, items: [request] })

  await people.answer(request.jid, false)
  expect(asked[0]?.body).toEqual({ is_accepted: false })
  expect(people.requests.items).toEqual([])
})
