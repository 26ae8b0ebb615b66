import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Message } from '@/api/types'
import { createThread, type News } from '@/stores/thread'
import { type Asked, stubGateway } from '../gateway'
import { messageOf } from '../samples'

const BOB = 'bob@example.com'
const NEWEST = `/conversations/${encodeURIComponent(BOB)}/messages?limit=60`
const at = (position: number, changes: Partial<Message> = {}) =>
  messageOf({ message_id: `m${position}`, position, body: `no. ${position}`, ...changes })
const page = (positions: number[], older: string | null = null) => ({
  items: positions.map((position) => at(position)),
  older,
  event_id: '1-0',
})

let log: Asked[]
const thread = (answers: Parameters<typeof stubGateway>[0], news?: News) => {
  log = stubGateway(answers)
  return createThread(BOB, news && (() => news))
}
const shown = ({ messages }: ReturnType<typeof thread>) =>
  messages.value.map((each) => each.position)

beforeEach(() => setActivePinia(createPinia()))
afterEach(() => vi.unstubAllGlobals())

describe('the messages of a conversation', () => {
  it('are in the order of their positions, whenever they come', async () => {
    const bob = thread({ [`GET ${NEWEST}`]: page([4, 6]) })
    await bob.load()
    bob.put(at(8))
    bob.put(at(5))
    expect(shown(bob)).toEqual([4, 5, 6, 8])
    bob.put(at(9, { message_id: 'm5', revision: 2 }))
    expect(shown(bob)).toEqual([4, 6, 8, 9])
  })

  it('are never replaced by an earlier state', async () => {
    const bob = thread({ [`GET ${NEWEST}`]: page([1]) })
    await bob.load()
    bob.put(at(1, { revision: 3, body: 'corrected' }))
    bob.put(at(1, { revision: 2, body: 'late' }))
    expect(bob.messages.value.map(({ body }) => body)).toEqual(['corrected'])
  })

  it('that come while the page is on its way are not lost', async () => {
    const bob = thread({
      [`GET ${NEWEST}`]: () => {
        bob.put(at(2, { revision: 2, body: 'corrected' }))
        bob.put(at(3))
        return page([1, 2])
      },
    })
    await bob.load()
    expect(bob.messages.value.map(({ body }) => body)).toEqual(['no. 1', 'corrected', 'no. 3'])
  })

  it('are whole with the page that has none before it', async () => {
    const bob = thread({
      [`GET ${NEWEST}`]: page([5, 6], 'cursor'),
      [`GET ${NEWEST}&before=cursor`]: page([3, 4]),
    })
    await bob.load()
    expect(bob.isWhole.value).toBe(false)
    await Promise.all([bob.loadOlder(), bob.loadOlder()])
    expect(shown(bob)).toEqual([3, 4, 5, 6])
    expect(bob.isWhole.value).toBe(true)
    expect(log).toHaveLength(2)
  })

  it('begin before the new ones, however many there are', async () => {
    const path = `GET ${NEWEST.replace('60', '200')}`
    const bob = thread(
      {
        [path]: page([6, 7], 'later'),
        [`${path}&before=later`]: page([4, 5], 'earlier'),
        [`${path}&before=earlier`]: page([2, 3], 'first'),
      },
      { unread: 300, readUpTo: 3 },
    )
    await bob.load()
    expect([shown(bob), bob.older.value]).toEqual([[2, 3, 4, 5, 6, 7], 'first'])
  })

  it('are those that can be had', async () => {
    const bob = thread(
      { [`GET ${NEWEST.replace('60', '90')}`]: page([5], 'gone') },
      { unread: 70, readUpTo: 1 },
    )
    await bob.load()
    expect([bob.isLoaded.value, shown(bob), bob.older.value]).toEqual([true, [5], 'gone'])
  })

  it('from before those that are here leave no gap', async () => {
    const bob = thread({ [`GET ${NEWEST}`]: page([5, 6], 'cursor') })
    await bob.load()
    bob.put(at(2, { revision: 7, delivery: 'displayed' }))
    expect(shown(bob)).toEqual([5, 6])
  })

  it('say why older ones are not here, and are asked for again', async () => {
    const answers: Parameters<typeof stubGateway>[0] = {
      [`GET ${NEWEST}`]: page([5], 'cursor'),
      [`GET ${NEWEST}&before=cursor`]: { code: 'chat_disconnected', status: 503 },
    }
    const bob = thread(answers)
    await bob.load()
    await bob.loadOlder()
    expect(bob.problem.value).toBe('chat_disconnected')
    answers[`GET ${NEWEST}&before=cursor`] = page([4])
    await bob.loadOlder()
    expect([bob.problem.value, shown(bob)]).toEqual([null, [4, 5]])
  })

  it('are the newest ones after a reset, whatever was scrolled to', async () => {
    const answers = {
      [`GET ${NEWEST}`]: page([5, 6], 'cursor'),
      [`GET ${NEWEST}&before=cursor`]: page([3, 4]),
    }
    const bob = thread(answers)
    await bob.load()
    await bob.loadOlder()
    answers[`GET ${NEWEST}`] = page([7, 8], 'later')
    await bob.load()
    expect(shown(bob)).toEqual([7, 8])
  })
})
