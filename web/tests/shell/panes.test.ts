import { describe, expect, it } from 'vitest'
import { PANES, panesIn } from '@/components/shell/panes'

const USUAL = { side: PANES.side.usual, phone: PANES.phone.usual }

describe('the panes', () => {
  it('are as wide as wanted where there is room', () => {
    const panes = panesIn(1440, { side: 300, phone: 450 }, true)
    expect([panes.side.width, panes.phone.width]).toEqual([300, 450])
  })

  it.each([680, 900, 1120, 1440])('leave the content its room in a window of %i px', (width) => {
    const hasPhone = width >= 1120
    const panes = panesIn(width, { side: 9999, phone: 9999 }, hasPhone)
    const taken = panes.side.width + (hasPhone ? panes.phone.width : 0)
    expect(width - taken).toBeGreaterThanOrEqual(380)
    expect(panes.side.width).toBe(panes.side.most)
  })

  it('never get narrower than what is in them', () => {
    const panes = panesIn(1440, { side: 0, phone: -5 }, true)
    expect([panes.side.width, panes.phone.width]).toEqual([PANES.side.least, PANES.phone.least])
  })

  it('are wanted widths again when the window is wide again', () => {
    const wanted = { side: 400, phone: 520 }
    expect(panesIn(1120, wanted, true).phone.width).toBeLessThan(520)
    expect(panesIn(1600, wanted, true).phone.width).toBe(520)
  })

  it('have their usual width where the browser has kept nonsense', () => {
    const kept = { side: Number.NaN, phone: 'wide' as unknown as number }
    expect(panesIn(1440, kept, true)).toEqual(panesIn(1440, USUAL, true))
  })
})
