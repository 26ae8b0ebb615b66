import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { setStackClock, stackNowMs } from '@/api/stack-clock'

const NOON = '2026-11-24T12:00:00Z'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

it('runs by the stack, whatever this machine thinks', () => {
  vi.setSystemTime('2001-01-01T00:00:00Z')
  setStackClock(NOON)
  vi.advanceTimersByTime(2000)
  expect(new Date(stackNowMs()).toISOString()).toBe('2026-11-24T12:00:02.000Z')
})

it('does not jump when somebody sets the clock of this machine', () => {
  setStackClock(NOON)
  vi.setSystemTime('2031-01-01T00:00:00Z')
  expect(new Date(stackNowMs()).toISOString()).toBe('2026-11-24T12:00:00.000Z')
})
