import { describe, expect, it } from 'vitest'
import type { SoundCheck } from '@/api/types'
import { verdictOf } from '@/text/sound-check'

const NOTHING: SoundCheck = {
  step: 'path',
  state: 'done',
  position_s: 3,
  duration_s: 3,
  delay_ms: null,
  loss_percent: null,
  echo_loss_db: null,
  speech_dbfs: null,
  noise_dbfs: null,
  peak_dbfs: null,
}
const told = (check: Partial<SoundCheck>) => {
  const { grade, text } = verdictOf({ ...NOTHING, ...check })
  return `${grade}: ${text}`
}

describe('the verdict of a sound check', () => {
  it.each([
    [{ delay_ms: 90, loss_percent: 0 }, 'good: path'],
    [{ delay_ms: 90, loss_percent: 1 }, 'fair: someLoss'],
    [{ delay_ms: 90, loss_percent: 5 }, 'bad: loss'],
    [{ delay_ms: 400, loss_percent: 0 }, 'fair: delay'],
    [{ delay_ms: 900, loss_percent: 0 }, 'bad: delay'],
    [{ loss_percent: 100 }, 'bad: noPath'],
  ])('on the way %j', (figures, verdict) => {
    expect(told({ step: 'path', ...figures })).toBe(verdict)
  })

  it.each([
    [{}, 'good: noEcho'],
    [{ echo_loss_db: 50 }, 'good: noEcho'],
    [{ echo_loss_db: 35 }, 'fair: someEcho'],
    [{ echo_loss_db: 12 }, 'bad: echo'],
  ])('on the echo %j', (figures, verdict) => {
    expect(told({ step: 'echo', ...figures })).toBe(verdict)
  })

  it.each([
    [{ speech_dbfs: -25, noise_dbfs: -60, peak_dbfs: -8 }, 'good: voice'],
    [{ speech_dbfs: -80, noise_dbfs: -90, peak_dbfs: -70 }, 'bad: silent'],
    [{ speech_dbfs: -48, noise_dbfs: -70, peak_dbfs: -30 }, 'fair: quiet'],
    [{ speech_dbfs: -6, noise_dbfs: -50, peak_dbfs: 0 }, 'bad: loud'],
    [{ speech_dbfs: -25, noise_dbfs: -30, peak_dbfs: -8 }, 'fair: noise'],
  ])('on the voice %j', (figures, verdict) => {
    expect(told({ step: 'voice', ...figures })).toBe(verdict)
  })
})
