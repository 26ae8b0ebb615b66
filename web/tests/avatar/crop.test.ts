import { describe, expect, it } from 'vitest'
import { moved, MOST_ZOOM, sideOf, wholeOf, zoomed } from '@/components/avatar/crop'

const WIDE = { width: 400, height: 200 }

describe('the part of a picture that is taken', () => {
  it('is at first the largest square in its middle', () => {
    const crop = wholeOf(WIDE)
    expect(crop).toEqual({ x: 200, y: 100, zoom: 1 })
    expect(sideOf(WIDE, crop)).toBe(200)
  })

  it('never leaves the picture', () => {
    expect(moved(WIDE, wholeOf(WIDE), -1000, 50)).toEqual({ x: 100, y: 100, zoom: 1 })
    expect(moved(WIDE, wholeOf(WIDE), 1000, 0).x).toBe(300)
  })

  it('comes back into the picture when it is made larger at an edge', () => {
    const corner = moved(WIDE, zoomed(WIDE, wholeOf(WIDE), 4), 1000, 1000)
    expect(corner).toEqual({ x: 375, y: 175, zoom: 4 })
    expect(zoomed(WIDE, corner, 1)).toEqual({ x: 300, y: 100, zoom: 1 })
  })

  it('has bounds', () => {
    expect(zoomed(WIDE, wholeOf(WIDE), 0.1).zoom).toBe(1)
    expect(zoomed(WIDE, wholeOf(WIDE), 1000).zoom).toBe(MOST_ZOOM)
  })
})
