import { expect, it } from 'vitest'
import { createFrame, emptyFrame, payloadOf, pcmOf, sequenceOf } from '@/audio/frames'

it('a frame is 16 bytes of header, little-endian, and PCM', () => {
  const { frame, pcm } = createFrame(2, 7, 1.5)
  pcm.set([-2, 258])
  const bytes = [...new Uint8Array(frame)]
  expect(bytes.slice(0, 8)).toEqual([7, 0, 0, 0, 0, 0, 0, 0])
  expect(new DataView(frame).getFloat64(8, true)).toBe(1.5)
  expect(bytes.slice(16)).toEqual([254, 255, 2, 1])
  expect([...pcmOf(frame)]).toEqual([-2, 258])
})

it('or an Opus packet of any length', () => {
  const { frame, payload } = emptyFrame(3, 8, 0)
  payload.set([1, 2, 3])
  expect([...payloadOf(frame)]).toEqual([1, 2, 3])
  expect(sequenceOf(frame)).toBe(8)
})
