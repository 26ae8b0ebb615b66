import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Call } from '@/api/types'
import { useCalls } from '@/stores/calls'
import { isConferenceHeld, useConferences } from '@/stores/conferences'
import { stubGateway } from '../gateway'
import { callOf } from '../samples'

beforeEach(() => setActivePinia(createPinia()))
afterEach(() => vi.unstubAllGlobals())

function answered(callId: string, minute: number, changes: Partial<Call> = {}): Call {
  const at = `2026-11-24T10:0${minute}:00Z`
  const call = { call_id: callId, state: 'confirmed', started_at: at, answered_at: at } as const
  return callOf({ ...call, ...changes })
}

describe('a conference', () => {
  it('is what its calls say, in the order of their answers', () => {
    const calls = useCalls()
    calls.put(answered('late', 2, { conference_id: 'k', local_direction: 'sendonly' }))
    calls.put(answered('early', 1, { conference_id: 'k' }))
    calls.put(answered('other', 3))
    const found = [...useConferences().running.values()]
    expect(found.map(({ calls }) => calls.map((call) => call.call_id))).toEqual([['early', 'late']])
    expect(found.map(isConferenceHeld)).toEqual([false])
  })

  it('has lost a call that has ended', () => {
    const calls = useCalls()
    calls.put(answered('c1', 1, { conference_id: 'k' }))
    const ended = answered('c1', 1, { conference_id: 'k', revision: 2, state: 'terminated' })
    calls.put(ended)
    expect(useConferences().conferenceOf(ended)).toBeUndefined()
  })
})

describe('starting one', () => {
  it('takes who is talked with, else all that wait', async () => {
    const asked = stubGateway({ 'POST /conferences': { conference_id: 'k', calls: [] } })
    const calls = useCalls()
    const waiting = answered('waiting', 1, { local_direction: 'sendonly' })
    const talking = answered('talking', 2)
    calls.replaceAll([waiting, talking, callOf({ call_id: 'ringing', state: 'early' })])
    await useConferences().start(waiting)
    await useConferences().start(talking)
    expect(asked.map(({ body }) => body)).toEqual([
      { call_ids: ['waiting', 'talking'] },
      { call_ids: ['talking', 'waiting'] },
    ])
  })
})
