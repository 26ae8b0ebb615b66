import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { JournalEntry } from '@/api/types'
import { useJournal } from '@/stores/journal'
import { stubGateway } from '../gateway'
import { entryOf } from '../samples'

const at = (minute: number) => `2026-11-24T10:${String(minute).padStart(2, '0')}:00Z`
const entry = (id: string, minute: number, changes: Partial<JournalEntry> = {}) =>
  entryOf({ entry_id: id, started_at: at(minute), ...changes })
const idsOf = (entries: JournalEntry[]) => entries.map((each) => each.entry_id)
const page = (items: JournalEntry[], next: string | null) => ({ items, next, event_id: '1-0' })

beforeEach(() => setActivePinia(createPinia()))
afterEach(() => vi.unstubAllGlobals())

describe('the journal', () => {
  it('puts a new call on top and an old one in its place', () => {
    const journal = useJournal()
    for (const each of [entry('b', 2), entry('d', 4), entry('c', 3)]) journal.put(each)
    expect(idsOf(journal.entries)).toEqual(['d', 'c', 'b'])
  })

  it('keeps the latest revision of an entry', () => {
    const journal = useJournal()
    journal.put(entry('a', 1, { revision: 4, result: 'answered' }))
    journal.put(entry('a', 1, { revision: 3, result: 'running' }))
    expect(journal.entries.map((each) => each.result)).toEqual(['answered'])
  })

  it('loads older pages, with nothing doubled', async () => {
    const asked = stubGateway({
      'GET /journal?limit=50': page([entry('c', 3), entry('b', 2)], 'cursor'),
      'GET /journal?limit=50&after=cursor': page([entry('b', 2), entry('a', 1)], null),
    })
    const journal = useJournal()
    await journal.load()
    await journal.loadMore()
    await journal.loadMore()
    expect(idsOf(journal.entries)).toEqual(['c', 'b', 'a'])
    expect(asked).toHaveLength(2)
  })

  it('drops a page that was asked for before a reset', async () => {
    let answer: (page: object) => void = () => undefined
    stubGateway({
      'GET /journal?limit=50': page([entry('c', 3)], 'cursor'),
      'GET /journal?limit=50&after=cursor': () => new Promise((resolve) => (answer = resolve)),
    })
    const journal = useJournal()
    await journal.load()
    const more = journal.loadMore()
    await journal.load()
    answer(page([entry('stale', 1)], null))
    await more
    expect(idsOf(journal.entries)).toEqual(['c'])
    expect(journal.next).toBe('cursor')
  })

  it('redials the last outgoing call, whatever came in since', () => {
    const journal = useJournal()
    journal.put(entry('mine', 1, { direction: 'outgoing', dialled_text: '600' }))
    journal.put(entry('theirs', 2))
    expect(journal.lastOutgoing?.dialled_text).toBe('600')
  })
})
