import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { emptyFrame, sequenceOf } from '@/audio/frames'
import { Lanes } from '@/audio/lanes'

class FakeSocket {
  static readonly OPEN = 1
  static all: FakeSocket[] = []
  readyState = FakeSocket.OPEN
  bufferedAmount = 0
  sent: ArrayBuffer[] = []
  onmessage!: (event: { data: string | ArrayBuffer }) => void
  onclose!: (event: { code: number }) => void

  constructor(readonly url: string) {
    FakeSocket.all.push(this)
  }

  send(frame: ArrayBuffer) {
    this.sent.push(frame)
  }

  brings(sequence: number) {
    this.onmessage({ data: emptyFrame(3, sequence, 0).frame })
  }
}

const received: number[] = []
const closed = vi.fn()

function open(format: object): [Lanes, FakeSocket, FakeSocket | undefined] {
  const lanes = new Lanes('/api/v1/audio?screen=one', {
    formatReceived: () => {},
    received: (frame) => received.push(sequenceOf(frame)),
    closed,
  })
  FakeSocket.all[0]?.onmessage({ data: JSON.stringify(format) })
  return [lanes, FakeSocket.all[0] as FakeSocket, FakeSocket.all[1]]
}

const openPacked = () => open({ codec: 'opus', lane: 'secret' }) as [Lanes, FakeSocket, FakeSocket]

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('WebSocket', FakeSocket)
  FakeSocket.all = []
  received.length = 0
  closed.mockClear()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

it('packed sound goes by two sockets, plain sound by one', () => {
  const [, , second] = openPacked()
  expect(second.url).toBe('/api/v1/audio?screen=one&lane=secret')
  FakeSocket.all = []
  open({ codec: 'pcm', lane: null })
  expect(FakeSocket.all).toHaveLength(1)
})

it('each frame is taken once, from whichever socket is first, also past the last number', () => {
  const [, first, second] = openPacked()
  for (const sequence of [2 ** 32 - 2, 2 ** 32 - 1]) first.brings(sequence)
  for (const sequence of [2 ** 32 - 2, 2 ** 32 - 1, 0, 1]) second.brings(sequence)
  for (const sequence of [0, 1, 2]) first.brings(sequence)
  expect(received).toEqual([2 ** 32 - 2, 2 ** 32 - 1, 0, 1, 2])
})

it('sends by both, but nothing more by one that is stuck', () => {
  const [lanes, first, second] = openPacked()
  first.bufferedAmount = 2000
  lanes.send(emptyFrame(80, 0, 0).frame)
  expect([first.sent.length, second.sent.length]).toEqual([0, 1])
})

it('goes on by the other when one is lost, and makes another one', () => {
  const [, first, second] = openPacked()
  first.onclose({ code: 1006 })
  second.brings(0)
  expect(received).toEqual([0])
  expect(closed).not.toHaveBeenCalled()

  vi.advanceTimersByTime(1000)
  expect(FakeSocket.all).toHaveLength(3)
  expect(FakeSocket.all[2]?.url).toContain('lane=secret')
})

it('is closed when the last one is', () => {
  const [, first, second] = openPacked()
  second.onclose({ code: 4001 })
  first.onclose({ code: 4001 })
  expect(closed).toHaveBeenCalledWith(4001)
  vi.advanceTimersByTime(5000)
  expect(FakeSocket.all).toHaveLength(2)
})
