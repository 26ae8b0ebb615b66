import { describe, expect, it } from 'vitest'
import { FAR, JitterBuffer } from '@/audio/jitter-buffer'

const RATE_HZ = 48_000
const FRAME = 960
const BLOCK = 128
const HALF = 16_384

const frameOf = (value: number) => new Int16Array(FRAME).fill(value)

/** A sender whose clock is off by `driftPpm`, and what is played of it. */
function play(buffer: JitterBuffer, durationS: number, driftPpm: number, latenessMs = 0) {
  const frameTicks = FRAME / (1 + driftPpm / 1e6)
  let [sent, sentAt, phase] = [0, 0, 0]
  const block = new Float32Array(BLOCK)
  const played: number[] = []
  for (let tick = 0; tick < durationS * RATE_HZ; tick += BLOCK) {
    const lateness = (latenessMs * RATE_HZ * ((sent * 7919) % 100)) / 100 / 1000
    while (sentAt + lateness <= tick) {
      const frame = new Int16Array(FRAME)
      for (let i = 0; i < FRAME; i++)
        frame[i] = HALF * Math.sin((2 * Math.PI * 440 * phase++) / RATE_HZ)
      buffer.push(frame)
      sentAt = ++sent * frameTicks
    }
    buffer.pull(block)
    for (const sample of block) played.push(sample)
  }
  return played
}

const stepsOf = (samples: number[]) =>
  samples.slice(1).map((sample, i) => Math.abs(sample - (samples[i] ?? 0)))
const largest = (values: number[]) => values.reduce((one, other) => Math.max(one, other), 0)

describe('the jitter buffer', () => {
  it('is silent until it holds the prefill', () => {
    const buffer = new JitterBuffer(RATE_HZ)
    const block = new Float32Array(BLOCK).fill(1)
    buffer.push(frameOf(HALF))
    buffer.pull(block)
    expect(block).toEqual(new Float32Array(BLOCK))

    buffer.push(frameOf(HALF))
    buffer.pull(block)
    expect(block).toEqual(new Float32Array(BLOCK).fill(0.5))
  })

  it('keeps only the prefill of a burst at the start', () => {
    const buffer = new JitterBuffer(RATE_HZ)
    for (let i = 0; i < 8; i++) buffer.push(frameOf(HALF))
    buffer.pull(new Float32Array(BLOCK))
    expect(buffer.statistics.fillMs).toBeCloseTo(30)
  })

  it('plays every sample once and in order while the clocks agree', () => {
    const buffer = new JitterBuffer(RATE_HZ)
    const played = play(buffer, 1, 0)
    const first = played.findIndex((sample) => sample !== 0)
    const steps = stepsOf(played.slice(first))
    expect(largest(steps)).toBeLessThan(0.04)
    expect(buffer.statistics).toMatchObject({ underruns: 0, overruns: 0, removedSamples: 0 })
  })

  it('fades out when it runs dry, then waits for a larger prefill', () => {
    const buffer = new JitterBuffer(RATE_HZ)
    buffer.push(frameOf(HALF))
    buffer.push(frameOf(HALF))
    const block = new Float32Array(1500)
    buffer.pull(block.subarray(0, 128))
    buffer.pull(block)
    expect(block[0]).toBeCloseTo(0.5)
    expect(block[1400]).toBeLessThan(0.05)
    expect(block[1499]).toBe(0)
    expect(buffer.statistics).toMatchObject({ underruns: 1, marginMs: 26 })
  })

  it('jumps ahead when more arrives than anybody can wait for', () => {
    const buffer = new JitterBuffer(RATE_HZ)
    for (let i = 0; i < 11; i++) buffer.push(frameOf(HALF))
    expect(buffer.statistics.overruns).toBe(1)
    expect(buffer.statistics.fillMs).toBeLessThan(40)
  })

  it.each([1000, -1000])('follows a clock that is off by %i ppm for two minutes', (driftPpm) => {
    const buffer = new JitterBuffer(RATE_HZ)
    play(buffer, 120, driftPpm)
    const { underruns, overruns, fillMs, removedSamples, repeatedSamples } = buffer.statistics
    expect({ underruns, overruns }).toEqual({ underruns: 0, overruns: 0 })
    expect(fillMs).toBeLessThan(60)
    const correctedS = (removedSamples - repeatedSamples) / RATE_HZ
    expect(correctedS).toBeCloseTo(driftPpm * 1e-6 * 120, 1)
    expect(Math.sign(correctedS)).toBe(Math.sign(driftPpm))
  })

  it('splices without a click', () => {
    const played = play(new JitterBuffer(RATE_HZ), 30, 1000).slice(RATE_HZ / 10)
    const steps = stepsOf(played)
    // the steepest step of the tone itself is 0.029
    expect(largest(steps.slice(RATE_HZ))).toBeLessThan(0.06)
  })

  it('grows its margin when frames come late, and shrinks it again afterwards', () => {
    const buffer = new JitterBuffer(RATE_HZ)
    play(buffer, 20, 0, 60)
    const grown = buffer.statistics.marginMs
    expect(grown).toBeGreaterThan(16)
    play(buffer, 300, 0)
    expect(buffer.statistics.marginMs).toBeLessThan(grown)
  })
})

describe('of a stack far away', () => {
  /** Frames that come every 20 ms, but for a while not at all and all at once then. */
  class FarStack {
    readonly buffer = new JitterBuffer(RATE_HZ, FAR)
    readonly played: number[] = []
    #sent = 0
    #late: Int16Array[] = []

    plays(durationMs: number, isStuck = false): this {
      for (let i = 0; i < durationMs / 20; i++) {
        const start = FRAME * this.#sent++
        const wave = (sample: number) =>
          HALF * Math.sin((2 * Math.PI * 440 * (start + sample)) / RATE_HZ)
        this.#late.push(Int16Array.from({ length: FRAME }, (_, sample) => wave(sample)))
        if (!isStuck) for (const frame of this.#late.splice(0)) this.buffer.push(frame)
        for (let block = 0; block < 2; block++) {
          const output = new Float32Array(FRAME / 2)
          this.buffer.pull(output)
          this.played.push(...output)
        }
      }
      return this
    }
  }

  it('what comes late is played whole, and the delay is caught up', () => {
    const far = new FarStack().plays(1000)
    const beforeMs = far.buffer.statistics.fillMs
    far.plays(200, true).plays(20)
    expect(far.buffer.statistics.fillMs).toBeGreaterThan(beforeMs + 100)

    far.plays(3000)
    const { fillMs, marginMs, overruns } = far.buffer.statistics
    expect(fillMs).toBeLessThan(marginMs + 20 + FAR.shrinkAboveMs)
    expect(overruns).toBe(0)
    expect(largest(stepsOf(far.played.slice(-2 * RATE_HZ)))).toBeLessThan(0.06)
  })

  it('a short gap is bridged, and a long one ends in silence', () => {
    const far = new FarStack().plays(1000).plays(300, true)
    const gap = far.played.slice(RATE_HZ)
    expect(largest(gap.slice(0.06 * RATE_HZ, 0.08 * RATE_HZ))).toBeGreaterThan(0.1)
    expect(largest(gap.slice(-FRAME))).toBe(0)
    expect(largest(stepsOf(gap))).toBeLessThan(0.06)
  })
})
