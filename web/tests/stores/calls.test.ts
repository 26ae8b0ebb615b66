import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { appearanceOf, useCalls } from '@/stores/calls'
import { useNotice } from '@/stores/notice'
import { stubGateway } from '../gateway'
import { callOf } from '../samples'

beforeEach(() => {
  vi.useFakeTimers()
  setActivePinia(createPinia())
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('the calls', () => {
  it('keep the latest revision, however late or often an older one comes', () => {
    const calls = useCalls()
    calls.put(callOf({ revision: 3, state: 'confirmed' }))
    calls.put(callOf({ revision: 2, state: 'early' }))
    calls.put(callOf({ revision: 3, state: 'early' }))
    expect(calls.shown).toEqual([callOf({ revision: 3, state: 'confirmed' })])
  })

  it('are not heard here while they are made on another telephone', () => {
    const calls = useCalls()
    const placed_on = { name: 'Desk', number: '104', state: 'confirmed' as const }
    calls.put(callOf({ state: 'confirmed', placed_on }))
    expect(calls.shown.map(appearanceOf)).toEqual(['elsewhere'])
    expect([calls.active, calls.audible]).toEqual([undefined, []])
  })

  it('show an ended call for a moment, and never again', () => {
    const calls = useCalls()
    calls.put(callOf())
    calls.put(callOf({ revision: 2, state: 'terminated', cause: 'remote_bye' }))
    expect(calls.running).toEqual([])
    expect(calls.shown).toHaveLength(1)
    vi.advanceTimersByTime(4000)
    calls.put(callOf())
    expect(calls.shown).toEqual([])
  })

  it('show a failed call until it is dismissed', () => {
    const calls = useCalls()
    calls.put(callOf())
    calls.put(callOf({ revision: 2, state: 'terminated', problem: 'busy' }))
    vi.advanceTimersByTime(60_000)
    expect(calls.shown).toHaveLength(1)
    calls.dismiss('c1')
    expect(calls.shown).toEqual([])
  })

  it('do not show a call that began and ended unseen', () => {
    const calls = useCalls()
    calls.put(callOf({ state: 'terminated', problem: 'busy' }))
    expect(calls.shown).toEqual([])
  })

  it('forget what a snapshot does not list any more', () => {
    const calls = useCalls()
    calls.put(callOf({ call_id: 'gone' }))
    calls.replaceAll([callOf({ call_id: 'here' })])
    expect(calls.running.map((call) => call.call_id)).toEqual(['here'])
  })

  it('stand in the order in which they began', () => {
    const calls = useCalls()
    calls.put(callOf({ call_id: 'late', started_at: '2026-11-24T10:05:00Z' }))
    calls.put(callOf({ call_id: 'early' }))
    expect(calls.shown.map((call) => call.call_id)).toEqual(['early', 'late'])
  })
})

describe('dialling', () => {
  it('shows nonsense as a call that failed at once', async () => {
    stubGateway({ 'POST /calls': callOf({ state: 'terminated', problem: 'invalid_target' }) })
    const calls = useCalls()
    await calls.place('!!')
    expect(calls.shown.map(appearanceOf)).toEqual(['failed'])
  })

  it('does not bring back what an event has ended already', async () => {
    const calls = useCalls()
    stubGateway({
      'POST /calls': () => {
        calls.put(callOf({ revision: 1 }))
        calls.put(callOf({ revision: 2, state: 'terminated', problem: 'busy' }))
        return callOf({ revision: 1 })
      },
    })
    await calls.place('199')
    expect(calls.running).toEqual([])
  })

  it('says what went wrong if the gateway refuses', async () => {
    stubGateway({ 'POST /calls': { code: 'engine_down', status: 503 } })
    await useCalls().place('102')
    expect(useNotice().code).toBe('engine_down')
  })
})

describe('commands', () => {
  it('carry a key, so that a repeated request is not a second command', async () => {
    const asked = stubGateway({ 'POST /calls/c1/hold': callOf() })
    await useCalls().control('c1', 'hold')
    expect(asked[0]?.key).toMatch(/^[0-9a-f]{32}$/)
  })

  it('look handed over while they are, and hide how the call to the target ends', () => {
    const calls = useCalls()
    const target = { number: '103', display_name: '', uri: null, contact_id: null }
    const transfer = { state: 'early', target, to_call_id: 'c2', problem: null } as const
    const held = callOf({ revision: 2, state: 'confirmed', local_direction: 'sendonly' })
    calls.put({ ...held, transfer })
    const ringing = callOf({ call_id: 'c2', state: 'early' })
    calls.put(ringing)
    expect(calls.shown.map(appearanceOf)).toEqual(['outgoing', 'transferring'])
    expect(calls.shown.map(calls.isTarget)).toEqual([true, false])

    calls.put({ ...ringing, revision: 2, state: 'terminated', problem: 'busy' })
    calls.put({ ...held, revision: 3, transfer: { ...transfer, state: 'failed', problem: 'busy' } })
    expect(calls.shown.map(appearanceOf)).toEqual(['held'])
  })

  it('run one at a time for each call', async () => {
    const asked = stubGateway({ 'POST /calls/c1/hold': callOf() })
    const calls = useCalls()
    await Promise.all([calls.control('c1', 'hold'), calls.control('c1', 'hold')])
    expect(asked).toHaveLength(1)
  })
})

it.each([
  [callOf({ direction: 'incoming', state: 'early' }), 'incoming'],
  [callOf({ state: 'proceeding' }), 'outgoing'],
  [callOf({ state: 'confirmed' }), 'active'],
  [callOf({ state: 'confirmed', remote_direction: 'sendonly' }), 'active'],
  [callOf({ state: 'confirmed', local_direction: 'inactive' }), 'held'],
  [callOf({ state: 'terminated' }), 'ended'],
  [callOf({ state: 'terminated', problem: 'busy' }), 'failed'],
] as const)('%# looks like what it is', (call, appearance) => {
  expect(appearanceOf(call)).toBe(appearance)
})
