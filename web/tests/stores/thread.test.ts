import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Message } from '@/api/types'
import { createThread } from '@/stores/thread'
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
const thread = (answers: Parameters<typeof stubGateway>[0]) => {
  log = stubGateway(answers)
  return createThread(BOB)
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
