import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { watchSleep } from '@/api/sleep'

const woke = vi.fn()

beforeEach(() => {
  vi.useFakeTimers()
  woke.mockClear()
  watchSleep(woke)
})
afterEach(() => vi.useRealTimers())

it('notices that the machine has slept, once', () => {
  vi.setSystemTime(Date.now() + 3_600_000)
  vi.advanceTimersByTime(10_000)
  expect(woke).toHaveBeenCalledOnce()
})

it('takes a clock that was set back for the same', () => {
  vi.setSystemTime(Date.now() - 3_600_000)
  vi.advanceTimersByTime(10_000)
  expect(woke).toHaveBeenCalledOnce()
})

it('sees nothing in a machine that is only busy', () => {
  vi.advanceTimersByTime(60_000)
  vi.setSystemTime(Date.now() + 4000)
  vi.advanceTimersByTime(60_000)
  expect(woke).not.toHaveBeenCalled()
})
