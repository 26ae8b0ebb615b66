import { expect, it } from 'vitest'
import { levelOf } from '@/audio/level'

it.each([
  [1, 1],
  [0.1, 2 / 3],
  [0.001, 0],
  [0, 0],
])('an amplitude of %d is shown as %d', (amplitude, level) => {
  expect(levelOf(new Float32Array(64).fill(amplitude))).toBeCloseTo(level, 3)
})
