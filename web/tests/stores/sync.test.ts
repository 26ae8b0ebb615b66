import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { FromEventWorker, ToEventWorker } from '@/api/event-worker'
import { stackNowMs } from '@/api/stack-clock'
import type { AnyEvent, Call } from '@/api/types'
import { useCalls } from '@/stores/calls'
import { useSession } from '@/stores/session'
import { useSettings } from '@/stores/settings'
import { useSync } from '@/stores/sync'
import { stubGateway } from '../gateway'
import { callOf, registrationOf, sessionOf } from '../samples'

const worker = {
  said: [] as ToEventWorker[],
  onmessage: undefined as unknown as (message: { data: FromEventWorker }) => void,
  postMessage: (message: ToEventWorker) => worker.said.push(message),
}
const tells = (data: FromEventWorker) => worker.onmessage({ data })
const event = (content: AnyEvent) => tells({ kind: 'event', id: '11-0', event: content })

const SETTINGS = { revision: 2, language: 'de', colour_scheme: 'dark' }
const VOICEMAIL = { revision: 4, is_waiting: true, new_messages: 2, old_messages: 0 }
let listed: Call[]

function gateway(changes: Parameters<typeof stubGateway>[0] = {}) {
  return stubGateway({
    'GET /session': sessionOf({ event_id: '12-0' }),
    'GET /calls': () => ({ items: listed, event_id: '10-3' }),
    'GET /lamps': { items: [], event_id: '10-5' },
    'GET /journal?limit=50': { items: [], next: null, event_id: '10-4' },
    'GET /journal/missed-calls': { revision: 1, calls: 0 },
    'GET /settings': SETTINGS,
    'GET /voicemail': VOICEMAIL,
    'GET /incoming-rules': { revision: 1 },
    ...changes,
  })
}

beforeEach(() => {
  vi.useFakeTimers()
  setActivePinia(createPinia())
  worker.said = []
  listed = []
  vi.stubGlobal(
    'SharedWorker',
    class {
      port = worker
    },
  )
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('synchronisation', () => {
  it('follows the events after the earliest snapshot', async () => {
    gateway()
    await useSync().start()
    expect(worker.said).toEqual([{ kind: 'start', after: '10-3' }])
    expect(useSettings().locale).toBe('de')
  })

  it('applies what came while the snapshot was on its way after it', async () => {
    gateway({
      'GET /calls': () => {
        event({ type: 'sip.call.changed', call: callOf({ revision: 5, state: 'confirmed' }) })
        return { items: [callOf({ revision: 4, state: 'early' })], event_id: '10-3' }
      },
    })
    await useSync().start()
    expect(useCalls().running.map((call) => call.state)).toEqual(['confirmed'])
  })

  it('loads everything anew at a reset', async () => {
    gateway()
    listed = [callOf({ call_id: 'gone' })]
    await useSync().start()
    listed = [callOf({ call_id: 'here' })]
    tells({ kind: 'reset' })
    await vi.advanceTimersByTimeAsync(0)
    expect(useCalls().running.map((call) => call.call_id)).toEqual(['here'])
    expect(worker.said).toHaveLength(2)
  })

  it('tries again by itself while the gateway is away', async () => {
    stubGateway({})
    const sync = useSync()
    await sync.start()
    expect(sync.state.name).toBe('waiting')
    gateway()
    await vi.advanceTimersByTimeAsync(500)
    expect(useSession().phase).toBe('signed_in')
  })

  it('shows the sign-in page when there is no session, and follows nothing', async () => {
    gateway({ 'GET /session': { code: 'sign_in_required', status: 401 } })
    await useSync().start()
    expect(useSession().phase).toBe('signed_out')
    expect(worker.said).toEqual([])
  })

  it('signs every page of the browser out', async () => {
    gateway({ 'DELETE /session': null })
    const sync = useSync()
    await sync.start()
    await sync.signOut()
    expect(worker.said.at(-1)).toEqual({ kind: 'signed_out' })
    expect(useSession().phase).toBe('signed_out')
  })

  it('shows the sign-in page when another page has signed out', async () => {
    gateway()
    await useSync().start()
    tells({ kind: 'state', state: { name: 'signed_out' } })
    expect(useSession().phase).toBe('signed_out')
  })

  it('asks for the time again when the machine has slept', async () => {
    gateway()
    await useSync().start()
    gateway({ 'GET /session': sessionOf({ now: '2026-11-24T18:00:00Z' }) })
    tells({ kind: 'woke' })
    tells({ kind: 'state', state: { name: 'open' } })
    await vi.advanceTimersByTimeAsync(0)
    expect(new Date(stackNowMs()).toISOString()).toBe('2026-11-24T18:00:00.000Z')
  })

  it('keeps the latest state of the registration', async () => {
    gateway()
    await useSync().start()
    const changed = (revision: number, problem: 'server_unreachable' | null) =>
      event({
        type: 'sip.registration.changed',
        registration: registrationOf({ revision, problem }),
      })
    changed(7, 'server_unreachable')
    changed(6, null)
    expect(useSession().registration?.problem).toBe('server_unreachable')
  })
})
