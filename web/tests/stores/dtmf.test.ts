import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { useDtmf } from '@/stores/dtmf'
import { stubGateway } from '../gateway'
import { callOf } from '../samples'

beforeEach(() => setActivePinia(createPinia()))
afterEach(() => vi.unstubAllGlobals())

it('sends keys in order, those pressed meanwhile together, and shows all', async () => {
  const answers: (() => void)[] = []
  const asked = stubGateway({
    'POST /calls/c1/dtmf': () => new Promise((resolve) => answers.push(() => resolve(callOf()))),
  })
  const dtmf = useDtmf()
  for (const key of '12#') dtmf.press('c1', key)
  await vi.waitUntil(() => answers.length === 1)
  answers[0]?.()
  await vi.waitUntil(() => answers.length === 2)
  expect(asked.map(({ body }) => body)).toEqual([{ digits: '1' }, { digits: '2#' }])
  expect(dtmf.pressed.get('c1')).toBe('12#')
})
