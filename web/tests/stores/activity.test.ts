import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { useActivity } from '@/stores/activity'
import { usePresence } from '@/stores/presence'
import { useSettings } from '@/stores/settings'
import { type Asked, stubGateway } from '../gateway'
import { ownPresenceOf } from '../samples'

const MINUTE_MS = 60_000
let asked: Asked[]
let stop: () => void

const press = () => dispatchEvent(new KeyboardEvent('keydown', { key: 'a' }))
const watch = (away_after_s: number) => {
  useSettings().settings.away_after_s = away_after_s
  stop = useActivity().follow()
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
  setActivePinia(createPinia())
  asked = stubGateway({ 'POST /activity': null })
})
afterEach(() => {
  stop()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('that somebody is here', () => {
  it('is nobody’s business while one is never away by oneself', () => {
    watch(0)
    press()
    expect(asked).toEqual([])
  })

  it('is told when the page is opened, and now and then while it is used', () => {
    watch(5 * 60)
    press()
    expect(asked.map(({ body }) => body)).toMatchObject([{ is_locked: false }])

    vi.advanceTimersByTime(MINUTE_MS)
    press()
    press()
    expect(asked).toHaveLength(2)
  })

  it('is told at once by whoever was away', () => {
    watch(5 * 60)
    const instead_of = { show: 'available' as const, status: '' }
    usePresence().put(ownPresenceOf({ show: 'away', instead_of }))
    vi.advanceTimersByTime(2000)
    press()
    expect(asked).toHaveLength(2)
  })

  it('is not told by a pointer beneath which something moves', () => {
    watch(5 * 60)
    vi.advanceTimersByTime(MINUTE_MS)
    dispatchEvent(new PointerEvent('pointermove', { movementX: 0, movementY: 0 }))
    expect(asked).toHaveLength(1)
  })
})
