import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { EventStream, isBefore, type StreamState } from '@/api/event-stream'
import type { AnyEvent } from '@/api/types'

/** The gateway's side of one connection. */
class Connection {
  readonly #body = new TransformStream<Uint8Array, Uint8Array>()
  readonly #writer = this.#body.writable.getWriter()
  constructor(readonly url: string) {}
  get response() {
    return new Response(this.#body.readable, { headers: { 'Handset-Build': 'newer' } })
  }
  async says(text: string) {
    await this.#writer.write(new TextEncoder().encode(text))
    await vi.advanceTimersByTimeAsync(0)
  }
  async breaks() {
    await this.#writer.abort(new Error('broken'))
    await vi.advanceTimersByTimeAsync(0)
  }
}

let connections: Connection[]
let status: number
const states: StreamState['name'][] = []
const received: [string, AnyEvent][] = []
const reset = vi.fn()
const served = vi.fn()
let stream: EventStream

beforeEach(() => {
  vi.useFakeTimers()
  connections = []
  status = 200
  states.length = received.length = 0
  reset.mockClear()
  vi.stubGlobal('fetch', (url: string) => {
    const connection = new Connection(url)
    connections.push(connection)
    return Promise.resolve(status === 200 ? connection.response : new Response(null, { status }))
  })
  stream = new EventStream({
    stateChanged: ({ name }) => states.push(name),
    received: (id, event) => received.push([id, event]),
    reset,
    served,
  })
})

afterEach(() => {
  stream.stop()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

async function started(after = '5-0'): Promise<Connection> {
  stream.start(after)
  await vi.advanceTimersByTimeAsync(0)
  return current()
}

function current(): Connection {
  const connection = connections.at(-1)
  if (connection === undefined) throw new Error('no connection was made')
  return connection
}

describe('the event stream', () => {
  it('begins after the snapshot and delivers each event with its id', async () => {
    const gateway = await started('5-0')
    await gateway.says('id: 6-0\ndata: {"type":"sip.call.changed"}\n\n')
    expect(gateway.url).toBe('/api/v1/events?after=5-0')
    expect(received).toEqual([['6-0', { type: 'sip.call.changed' }]])
  })

  it('resumes behind the last event it has seen', async () => {
    const gateway = await started()
    await gateway.says('id: 9-2\ndata: {}\n\n')
    await gateway.breaks()
    await vi.advanceTimersByTimeAsync(500)
    expect(current().url).toBe('/api/v1/events?after=9-2')
  })

  it('waits longer after each failure, up to ten seconds', async () => {
    status = 503
    await started()
    for (const delayMs of [500, 1000, 2000, 4000, 8000, 10_000, 10_000]) {
      const attempts = connections.length
      await vi.advanceTimersByTimeAsync(delayMs - 1)
      expect(connections).toHaveLength(attempts)
      await vi.advanceTimersByTimeAsync(1)
      expect(connections).toHaveLength(attempts + 1)
    }
  })

  it('tries another connection when there is no answer in three seconds', async () => {
    vi.stubGlobal('fetch', (url: string) => {
      connections.push(new Connection(url))
      return new Promise(() => undefined)
    })
    await started()
    await vi.advanceTimersByTimeAsync(2999)
    expect(stream.state.name).toBe('connecting')
    await vi.advanceTimersByTimeAsync(501)
    expect(connections).toHaveLength(2)
  })

  it('takes forty seconds of silence for a dead connection, a heartbeat for a living one', async () => {
    const gateway = await started()
    await vi.advanceTimersByTimeAsync(39_000)
    await gateway.says(': alive\n\n')
    await vi.advanceTimersByTimeAsync(39_000)
    expect(stream.state.name).toBe('open')
    await vi.advanceTimersByTimeAsync(1000)
    expect(stream.state.name).toBe('waiting')
  })

  it('stops when nobody is signed in', async () => {
    status = 401
    await started()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(stream.state.name).toBe('signed_out')
    expect(connections).toHaveLength(1)
  })

  it('stops at a reset, so that everything can be loaded anew', async () => {
    const gateway = await started()
    await gateway.says('event: reset\ndata: {}\n\n')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(reset).toHaveBeenCalledOnce()
    expect(connections).toHaveLength(1)
  })

  it('makes a new connection behind the last event when the old one is not to be trusted', async () => {
    const gateway = await started()
    await gateway.says('id: 9-2\ndata: {}\n\n')
    stream.reconnect()
    expect(connections.map(({ url }) => url)).toEqual([
      '/api/v1/events?after=5-0',
      '/api/v1/events?after=9-2',
    ])
    await vi.advanceTimersByTimeAsync(0)
    expect(stream.state.name).toBe('open')
  })

  it('tells which build of the page the gateway serves', async () => {
    await started()
    expect(served).toHaveBeenLastCalledWith('newer')
  })

  it('tries at once when asked to', async () => {
    status = 503
    await started()
    stream.retryNow()
    expect(connections).toHaveLength(2)
  })
})

it.each([
  ['5-0', '6-0', true],
  ['5-1', '5-10', true],
  ['10-0', '9-5', false],
  ['5-0', '5-0', false],
])('%s is before %s: %s', (first, second, expected) => {
  expect(isBefore(first, second)).toBe(expected)
})
