import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import { useContacts } from '@/stores/contacts'
import { useNames } from '@/stores/names'
import { stubGateway } from '../gateway'
import { changedContact, contactOf } from '../samples'

const BOB = contactOf({ numbers: ['+493012345678', '102'] })
const path = (numbers: string) => `GET /contacts/by-number?numbers=${numbers}`

beforeEach(() => {
  vi.useFakeTimers()
  setActivePinia(createPinia())
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('the name for a number', () => {
  it('is known without asking if the number is written as in the contact list', async () => {
    const asked = stubGateway({})
    useContacts().take(changedContact(BOB))
    expect(useNames().contactOf('102')?.name).toBe('Bob')
    expect(useNames().contactOf('600')).toBeUndefined()
    await vi.advanceTimersByTimeAsync(0)
    expect(asked).toEqual([])
  })

  it('is asked for once, for all numbers together, if it is written otherwise', async () => {
    const asked = stubGateway({
      [path('03012345678%2C0800123456')]: { items: { '03012345678': BOB } },
    })
    useContacts().take(changedContact(BOB))
    await nextTick()
    const names = useNames()
    for (const number of ['03012345678', '0800123456', '03012345678']) {
      expect(names.contactOf(number)).toBeUndefined()
    }
    await vi.advanceTimersByTimeAsync(0)
    expect(names.contactOf('03012345678')?.name).toBe('Bob')
    expect(names.contactOf('0800123456')).toBeUndefined()
    await vi.advanceTimersByTimeAsync(0)
    expect(asked).toHaveLength(1)
  })

  it('is asked for again when the contacts have changed', async () => {
    const asked = stubGateway({ [path('0800123456')]: { items: {} } })
    const names = useNames()
    names.contactOf('0800123456')
    await vi.advanceTimersByTimeAsync(0)
    useContacts().take(changedContact(BOB))
    await nextTick()
    names.contactOf('0800123456')
    await vi.advanceTimersByTimeAsync(0)
    expect(asked).toHaveLength(2)
  })

  it('stays unknown while the directory is away', async () => {
    const away = { code: 'deadline_exceeded', status: 504 }
    const asked = stubGateway({ [path('0800123456')]: away })
    const names = useNames()
    for (let turn = 0; turn < 3; turn += 1) {
      expect(names.contactOf('0800123456')).toBeUndefined()
      await vi.advanceTimersByTimeAsync(0)
    }
    expect(asked).toHaveLength(1)
  })
})
