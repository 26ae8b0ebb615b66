import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { useRingtone } from '@/stores/ringtone'

beforeEach(() => {
  localStorage.clear()
  setActivePinia(createPinia())
})

describe('the ring tone', () => {
  it('is as loud as chosen, also for a second call', () => {
    const ringtone = useRingtone()
    ringtone.choice.volume = 0.5
    expect(ringtone.ring.volume).toBe(0.5)
    expect(ringtone.callWaiting?.volume).toBe(0.5)
  })

  it('of a second call can be silenced alone', () => {
    const ringtone = useRingtone()
    ringtone.choice.hasCallWaiting = false
    expect(ringtone.callWaiting).toBeNull()
    expect(ringtone.ring.volume).toBe(1)
  })
})
