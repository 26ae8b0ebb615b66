/**
 * The buffer between the stack's clock and the loudspeaker's: drift never fills or empties it.
 *
 * What is controlled is the lowest fill after a pull within a window. Above the margin samples are cut
 * out, below it some are repeated, both with a cross-fade. An underrun raises the margin, which then
 * decays.
 *
 * Of a stack on the same machine only the newest sound counts. One that is far away sends by TCP, which
 * loses nothing but comes late, a tenth of a second at once: that is played whole, a little faster,
 * whole periods of the voice being left out; and a gap is bridged with what was heard last.
 */
import { blend, closestMatch } from './splicing'

const MARGIN_MS = 16
const PREFILL_MS = 30
const INSERT_BELOW_MS = 4
const CROSS_FADE_MS = 5
const GROW_MS = 10
/** What is kept of a buffer that ran over its cap, beyond the margin. */
const KEEP_MS = 20
const DECAY_MS_PER_S = 0.25
const QUIET_BEFORE_DECAY_S = 10
/** Of a voice: 400 Hz. */
const SHORTEST_PERIOD_MS = 2.5
const LONGEST_PERIOD_MS = 15
/** Longer gaps end in silence. */
const BRIDGED_MS = 60
const FULL_SCALE = 32768

/** How sound comes, and what is done about it. */
export interface Road {
  windowS: number
  shrinkAboveMs: number
  largestSpliceMs: number
  /** An excess over this is cut in one go. */
  atOnceMs: number
  largestMarginMs: number
  capMs: number
  isLateInBursts: boolean
}

export const NEAR: Road = {
  windowS: 2,
  shrinkAboveMs: 8,
  largestSpliceMs: 10,
  atOnceMs: 40,
  largestMarginMs: 80,
  capMs: 200,
  isLateInBursts: false,
}
export const FAR: Road = {
  windowS: 0.1,
  shrinkAboveMs: 20,
  largestSpliceMs: 15,
  atOnceMs: 400,
  largestMarginMs: 120,
  capMs: 600,
  isLateInBursts: true,
}

export interface JitterStatistics {
  underruns: number
  overruns: number
  removedSamples: number
  repeatedSamples: number
  pulledSamples: number
  fillMs: number
  marginMs: number
}

/** Mono samples: pushed as they arrive, pulled in blocks as they are played. */
export class JitterBuffer {
  readonly #perMs: number
  readonly #fade: number
  readonly #ring: Float32Array
  readonly #mask: number
  /** Positions that only grow; the ring is indexed with their lower bits. */
  #read = 0
  #write = 0
  #isPrimed = false
  /** Of the gap that is being bridged: where in the ring its sound is, and what of it was given. */
  #bridge: { start: number; period: number; given: number } | null = null
  #prefillMs = PREFILL_MS
  #marginMs = MARGIN_MS
  #lowest = Infinity
  #windowStart = 0
  #underrunAt = -Infinity
  #pulled = 0
  #counts = { underruns: 0, overruns: 0, removedSamples: 0, repeatedSamples: 0 }

  constructor(
    private readonly clockRateHz: number,
    private readonly road: Road = NEAR,
  ) {
    this.#perMs = clockRateHz / 1000
    this.#fade = this.#samples(CROSS_FADE_MS)
    const length = 2 ** Math.ceil(Math.log2(clockRateHz))
    this.#ring = new Float32Array(length)
    this.#mask = length - 1
  }

  get statistics(): JitterStatistics {
    return {
      ...this.#counts,
      pulledSamples: this.#pulled,
      fillMs: this.#fill / this.#perMs,
      marginMs: this.#marginMs,
    }
  }

  push(pcm: Int16Array): void {
    for (const sample of pcm) this.#set(this.#write++, sample / FULL_SCALE)
    if (this.#fill <= this.#samples(this.road.capMs)) return
    this.#counts.overruns += 1
    this.#read = this.#write - this.#samples(this.#marginMs + KEEP_MS)
    this.#openWindow()
  }

  /** Fill `output` with the next samples, or with silence while there are none. */
  pull(output: Float32Array): void {
    this.#pulled += output.length
    if (!this.#isPrimed && !this.#prime(output.length)) {
      this.#continue(output)
    } else if (this.#fill < output.length) {
      this.#underrun(output)
    } else {
      for (let i = 0; i < output.length; i++) output[i] = this.#get(this.#read++)
      this.#control()
    }
  }

  get #fill(): number {
    return this.#write - this.#read
  }

  #samples(durationMs: number): number {
    return Math.round(durationMs * this.#perMs)
  }

  #get(position: number): number {
    return this.#ring[position & this.#mask] ?? 0
  }

  #set(position: number, sample: number): void {
    this.#ring[position & this.#mask] = sample
  }

  #openWindow(): void {
    this.#lowest = Infinity
    this.#windowStart = this.#pulled
  }

  /** Of a burst at the start only the prefill is kept. */
  #prime(blockLength: number): boolean {
    const wanted = blockLength + this.#samples(this.#prefillMs)
    if (this.#fill < wanted) return false
    const isFirst = this.#underrunAt === -Infinity
    if (isFirst || !this.road.isLateInBursts) this.#read = this.#write - wanted
    this.#endBridge()
    this.#isPrimed = true
    this.#openWindow()
    return true
  }

  /** What is left, faded out; then silence until the buffer is primed again. */
  #underrun(output: Float32Array): void {
    const left = this.#fill
    const fades = !this.road.isLateInBursts
    output.fill(0)
    for (let i = 0; i < left; i++) output[i] = this.#get(this.#read++) * (fades ? 1 - i / left : 1)
    this.#counts.underruns += 1
    this.#marginMs = Math.min(this.#marginMs + GROW_MS, this.road.largestMarginMs)
    this.#prefillMs = this.#marginMs
    this.#underrunAt = this.#pulled
    this.#isPrimed = false
    if (fades) return
    this.#beginBridge()
    this.#continue(output.subarray(left))
  }

  /** Over a gap: what was played last, period by period, ever softer. */
  #beginBridge(): void {
    const [end, length] = [this.#read, this.#fade]
    const first = end - length - this.#samples(LONGEST_PERIOD_MS)
    const last = end - length - this.#samples(SHORTEST_PERIOD_MS)
    const at = closestMatch((index) => this.#get(index), end - length, length, first, last)
    this.#bridge = { start: at + length, period: end - length - at, given: 0 }
  }

  #bridgeSample(bridge: { start: number; period: number; given: number }): number {
    const gain = Math.max(0, 1 - bridge.given / this.#samples(BRIDGED_MS))
    return gain * this.#get(bridge.start + (bridge.given++ % bridge.period))
  }

  #continue(output: Float32Array): void {
    const bridge = this.#bridge
    if (bridge === null) output.fill(0)
    else for (let i = 0; i < output.length; i++) output[i] = this.#bridgeSample(bridge)
  }

  #endBridge(): void {
    const bridge = this.#bridge
    this.#bridge = null
    if (bridge === null) return
    for (let i = 0; i < this.#fade; i++) {
      const position = this.#read + i
      const bridged = this.#bridgeSample(bridge)
      this.#set(position, blend(bridged, this.#get(position), i / this.#fade))
    }
  }

  #control(): void {
    this.#lowest = Math.min(this.#lowest, this.#fill)
    if (this.#pulled - this.#windowStart < this.road.windowS * this.clockRateHz) return
    const excessMs = this.#lowest / this.#perMs - this.#marginMs
    if (!this.#adjust(excessMs)) return // not enough to splice: after one of the next pulls
    if (this.#pulled - this.#underrunAt > QUIET_BEFORE_DECAY_S * this.clockRateHz) {
      const decayMs = DECAY_MS_PER_S * this.road.windowS
      this.#marginMs = Math.max(MARGIN_MS, this.#marginMs - decayMs)
    }
    this.#openWindow()
  }

  #adjust(excessMs: number): boolean {
    const { shrinkAboveMs, largestSpliceMs, atOnceMs } = this.road
    if (excessMs > shrinkAboveMs) {
      return this.#remove(excessMs > atOnceMs ? excessMs : Math.min(excessMs, largestSpliceMs))
    }
    if (excessMs < -INSERT_BELOW_MS) return this.#repeat(Math.min(-excessMs, largestSpliceMs))
    return true
  }

  /** How many samples to cut or repeat; of a voice a whole period, if one is short enough. */
  #splice(mostMs: number): number {
    const [shortest, most] = [this.#samples(SHORTEST_PERIOD_MS), this.#samples(mostMs)]
    if (!this.road.isLateInBursts || most <= shortest) return most
    return closestMatch((index) => this.#get(this.#read + index), 0, this.#fade, shortest, most)
  }

  /** Jump ahead, blending from here to there. */
  #remove(mostMs: number): boolean {
    if (this.#fill < this.#samples(mostMs) + this.#fade) return false
    const count = this.#splice(mostMs)
    for (let i = 0; i < this.#fade; i++) {
      const here = this.#get(this.#read + i)
      const there = this.#get(this.#read + count + i)
      this.#set(this.#read + count + i, blend(here, there, i / this.#fade))
    }
    this.#read += count
    this.#counts.removedSamples += count
    return true
  }

  /** Play the next samples twice, blending back; they overwrite what was played before. */
  #repeat(mostMs: number): boolean {
    if (this.#fill < this.#samples(mostMs) + this.#fade) return false
    const count = this.#splice(mostMs)
    const ahead = Array.from({ length: count + this.#fade }, (_, i) => this.#get(this.#read + i))
    const start = this.#read - count
    for (let i = 0; i < count; i++) this.#set(start + i, ahead[i] ?? 0)
    for (let i = 0; i < this.#fade; i++) {
      this.#set(this.#read + i, blend(ahead[count + i] ?? 0, ahead[i] ?? 0, i / this.#fade))
    }
    this.#read = start
    this.#counts.repeatedSamples += count
    return true
  }
}
