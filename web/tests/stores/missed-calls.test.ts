import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { useMissedCalls } from '@/stores/missed-calls'
import { stubGateway } from '../gateway'

beforeEach(() => setActivePinia(createPinia()))
afterEach(() => vi.unstubAllGlobals())

describe('missed calls', () => {
  it('are as many as was told last', async () => {
    stubGateway({ 'GET /journal/missed-calls': { revision: 3, calls: 2 } })
    const missed = useMissedCalls()
    await missed.load()
    missed.put({ revision: 2, calls: 7 })
    expect(missed.count).toBe(2)
    missed.put({ revision: 4, calls: 3 })
    expect(missed.count).toBe(3)
  })

  it('are no more when the journal was looked at', async () => {
    const log = stubGateway({ 'POST /journal/seen': { revision: 5, calls: 0 } })
    const missed = useMissedCalls()
    missed.put({ revision: 4, calls: 2 })
    await missed.see('c1')
    expect([missed.count, log[0]?.body]).toEqual([0, { entry_id: 'c1' }])
  })

  it('stay until the stack knows that they were seen', async () => {
    stubGateway({ 'POST /journal/seen': { code: 'deadline_exceeded', status: 504 } })
    const missed = useMissedCalls()
    missed.put({ revision: 4, calls: 2 })
    await missed.see('c1')
    expect(missed.count).toBe(2)
  })
})
