import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { useOutbox } from '@/stores/outbox'
import { useSession } from '@/stores/session'
import { type Asked, stubGateway } from '../gateway'
import { chatConnectionOf, messageOf, sessionOf } from '../samples'

const BOB = 'bob@example.com'
const SEND = `POST /conversations/${encodeURIComponent(BOB)}/messages`
const draft = (body: string) => ({ conversation_id: BOB, body, in_reply_to: null })
const taken = ({ key, body }: Asked) =>
  messageOf({ message_id: key ?? '', direction: 'sent', ...(body as { body: string }) })

let log: Asked[]
const gateway = (answers: Parameters<typeof stubGateway>[0]) => (log = stubGateway(answers))
const bodies = () => log.map(({ body }) => (body as { body: string }).body)
const settled = () => vi.advanceTimersByTimeAsync(0)

beforeEach(() => {
  vi.useFakeTimers()
  localStorage.clear()
  setActivePinia(createPinia())
  useSession().session = sessionOf()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('the outbox', () => {
  it('sends one after another, and keeps none that the stack has', async () => {
    gateway({ [SEND]: taken })
    const outbox = useOutbox()
    for (const body of ['a', 'b', 'c']) outbox.send(draft(body))
    expect(outbox.of(BOB)).toHaveLength(3)
    await settled()
    expect(bodies()).toEqual(['a', 'b', 'c'])
    expect(outbox.of(BOB)).toEqual([])
  })

  it('waits for the stack, in order, under the same key', async () => {
    gateway({})
    const outbox = useOutbox()
    outbox.send(draft('a'))
    outbox.send(draft('b'))
    await settled()
    const keys = log.map(({ key }) => key)
    expect(bodies()).toEqual(['a'])
    gateway({ [SEND]: taken })
    await vi.advanceTimersByTimeAsync(3000)
    expect(bodies()).toEqual(['a', 'b'])
    expect(log[0]?.key).toBe(keys[0])
  })

  it('goes on after one that was refused, which can be tried again or discarded', async () => {
    gateway({
      [SEND]: (asked) =>
        (asked.body as { body: string }).body === 'a'
          ? { code: 'storage_full', status: 507 }
          : taken(asked),
    })
    const outbox = useOutbox()
    outbox.send(draft('a'))
    outbox.send(draft('b'))
    await settled()
    expect(outbox.of(BOB).map(({ body, problem }) => [body, problem])).toEqual([
      ['a', 'storage_full'],
    ])
    gateway({ [SEND]: taken })
    outbox.of(BOB).forEach(outbox.retry)
    await settled()
    expect(outbox.of(BOB)).toEqual([])
  })

  it('outlives a reload', async () => {
    gateway({})
    useOutbox().send(draft('a'))
    await settled()
    setActivePinia(createPinia())
    useSession().session = sessionOf()
    gateway({ [SEND]: taken })
    useOutbox().flush()
    await settled()
    expect(bodies()).toEqual(['a'])
  })

  it('keeps what is written while the chat service does not answer', async () => {
    gateway({})
    const session = useSession()
    session.session = sessionOf({ chat: null })
    expect(useOutbox().send(draft('a'))).toBe(true)
    session.ownJid = null
    expect(useOutbox().send(draft('b'))).toBe(false)
    await settled()
    expect(bodies()).toEqual(['a'])
  })

  it('sends what waits as soon as it is known in whose name', async () => {
    gateway({})
    useOutbox().send(draft('a'))
    await settled()
    useSession().ownJid = null
    gateway({ [SEND]: taken })
    await settled()
    useSession().ownJid = 'alice@example.com'
    await settled()
    expect(bodies()).toEqual(['a'])
  })

  it('sends nothing in the name of somebody else', async () => {
    gateway({})
    useOutbox().send(draft('a'))
    await settled()
    useSession().session = sessionOf({ chat: chatConnectionOf({ jid: 'carol@example.com' }) })
    gateway({ [SEND]: taken })
    useOutbox().flush()
    await settled()
    expect([useOutbox().of(BOB), bodies()]).toEqual([[], []])
  })
})
