import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { useCalls } from '@/stores/calls'
import { useLamps } from '@/stores/lamps'
import { useSession } from '@/stores/session'
import { useSettings } from '@/stores/settings'
import { callOf, lampOf, sessionOf } from '../samples'

beforeEach(() => {
  localStorage.clear()
  setActivePinia(createPinia())
  useSession().session = sessionOf()
})

const called = lampOf({ state: 'called', revision: 2 })

describe('the lamps', () => {
  it('keep the latest state of each', () => {
    const lamps = useLamps()
    lamps.replaceAll([lampOf({ number: '102' }), lampOf({ revision: 5, state: 'busy' })])
    lamps.put(lampOf({ revision: 4 }))
    expect(lamps.of(['+442079460018', '103'])?.state).toBe('busy')
    expect(lamps.of(['104'])).toBeUndefined()
    lamps.replaceAll([lampOf({ number: '102' })])
    expect(lamps.of(['103'])).toBeUndefined()
  })

  it('offer calls that wait for a colleague, the newest first', () => {
    const lamps = useLamps()
    lamps.replaceAll([
      called,
      lampOf({ number: '104', state: 'called', since: '2026-11-24T10:00:01Z' }),
      lampOf({ number: '105', state: 'busy' }),
      lampOf({ number: '701', state: 'busy', kind: 'parking' }),
    ])
    expect(lamps.offers.map((lamp) => lamp.number)).toEqual(['104', '103'])
    expect(lamps.parked.map((lamp) => lamp.number)).toEqual(['701'])
  })

  it('do not offer the call that we make ourselves', () => {
    const lamps = useLamps()
    lamps.put(called)
    useCalls().put(callOf({ state: 'early', remote: { ...callOf().remote, number: '103' } }))
    expect(lamps.offers).toEqual([])
  })

  it('offer a call no more once it was dismissed, but the next one', () => {
    const lamps = useLamps()
    lamps.put(called)
    lamps.dismiss(called)
    expect(lamps.offers).toEqual([])
    lamps.put(lampOf({ state: 'free', revision: 3, since: '2026-11-24T10:00:09Z' }))
    lamps.put(lampOf({ state: 'called', revision: 4, since: '2026-11-24T10:01:00Z' }))
    expect(lamps.offers).toHaveLength(1)
  })

  it('offer nothing to who does not want to know, but can still be picked up', () => {
    const settings = useSettings()
    settings.put({ ...settings.settings, revision: 1, offers_pick_up: false })
    const lamps = useLamps()
    lamps.put(called)
    expect(lamps.offers).toEqual([])
    expect(lamps.canPickUp(called)).toBe(true)
  })

  it('offer nothing where the PBX lets nobody pick up, unless that call can be replaced', () => {
    useSession().session = sessionOf({ can_pick_up: false })
    useLamps().put(called)
    expect(useLamps().offers).toEqual([])
    useLamps().put({ ...called, revision: 3, is_replaceable: true })
    expect(useLamps().offers).toHaveLength(1)
  })

  it('name those whom we want to be told of, in the order of asking', () => {
    const lamps = useLamps()
    const wish = (at: string) => ({ requested_at: at, expires_at: at, is_ready: false })
    lamps.put(lampOf({ number: '102', completion: wish('2026-11-24T10:02:00Z') }))
    lamps.put(lampOf({ number: '103', completion: wish('2026-11-24T10:01:00Z') }))
    expect(lamps.completions.map((lamp) => lamp.number)).toEqual(['103', '102'])
  })
})
