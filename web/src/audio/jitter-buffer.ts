/**
 * The buffer between the stack's clock and the loudspeaker's: drift never fills or empties it.
 *
 * What is controlled is the lowest fill after a pull within a window of two seconds. Above the margin
 * samples are cut out, below it some are repeated, both with a cross-fade. An underrun raises the
 * margin, which then decays.
 */

const MARGIN_MS = 16
const PREFILL_MS = 30
const SHRINK_ABOVE_MS = 8
const INSERT_BELOW_MS = 4
const LARGEST_SPLICE_MS = 10
/** An excess over this is cut in one go. */
const AT_ONCE_MS = 40
const CROSS_FADE_MS = 5
const GROW_MS = 10
const LARGEST_MARGIN_MS = 80
const CAP_MS = 200
/** What is kept of a buffer that ran over its cap, beyond the margin. */
const KEEP_MS = 20
const WINDOW_S = 2
const DECAY_MS = 0.5
const QUIET_BEFORE_DECAY_S = 10
const FULL_SCALE = 32768

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
  #prefillMs = PREFILL_MS
  #marginMs = MARGIN_MS
  #lowest = Infinity
  #windowStart = 0
  #underrunAt = -Infinity
  #pulled = 0
  #counts = { underruns: 0, overruns: 0, removedSamples: 0, repeatedSamples: 0 }

  constructor(private readonly clockRateHz: number) {
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
    if (this.#fill <= this.#samples(CAP_MS)) return
    this.#counts.overruns += 1
    this.#read = this.#write - this.#samples(this.#marginMs + KEEP_MS)
    this.#openWindow()
  }

  /** Fill `output` with the next samples, or with silence while there are none. */
  pull(output: Float32Array): void {
    this.#pulled += output.length
    if (!this.#isPrimed && !this.#prime(output.length)) {
      output.fill(0)
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
    this.#read = this.#write - wanted
    this.#isPrimed = true
    this.#openWindow()
    return true
  }

  /** What is left, faded out; then silence until the buffer is primed again. */
  #underrun(output: Float32Array): void {
    const left = this.#fill
    output.fill(0)
    for (let i = 0; i < left; i++) output[i] = this.#get(this.#read++) * (1 - i / left)
    this.#counts.underruns += 1
    this.#marginMs = Math.min(this.#marginMs + GROW_MS, LARGEST_MARGIN_MS)
    this.#prefillMs = this.#marginMs
    this.#underrunAt = this.#pulled
    this.#isPrimed = false
  }

  #control(): void {
    this.#lowest = Math.min(this.#lowest, this.#fill)
    if (this.#pulled - this.#windowStart < WINDOW_S * this.clockRateHz) return
    const excessMs = this.#lowest / this.#perMs - this.#marginMs
    if (!this.#adjust(excessMs)) return // not enough to splice: after one of the next pulls
    if (this.#pulled - this.#underrunAt > QUIET_BEFORE_DECAY_S * this.clockRateHz) {
      this.#marginMs = Math.max(MARGIN_MS, this.#marginMs - DECAY_MS)
    }
    this.#openWindow()
  }

  #adjust(excessMs: number): boolean {
    if (excessMs > SHRINK_ABOVE_MS) {
      const isLarge = excessMs > AT_ONCE_MS
      return this.#remove(this.#samples(isLarge ? excessMs : Math.min(excessMs, LARGEST_SPLICE_MS)))
    }
    if (excessMs < -INSERT_BELOW_MS) {
      return this.#repeat(this.#samples(Math.min(-excessMs, LARGEST_SPLICE_MS)))
    }
    return true
  }

  /** Jump `count` samples ahead, blending from here to there. */
  #remove(count: number): boolean {
    if (this.#fill < count + this.#fade) return false
    for (let i = 0; i < this.#fade; i++) {
      const here = this.#get(this.#read + i)
      const there = this.#get(this.#read + count + i)
      this.#set(this.#read + count + i, blend(here, there, i / this.#fade))
    }
    this.#read += count
    this.#counts.removedSamples += count
    return true
  }

  /** Play the next `count` samples twice, blending back; they overwrite what was played before. */
  #repeat(count: number): boolean {
    if (this.#fill < count + this.#fade) return false
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

function blend(from: number, to: number, share: number): number {
  return from * (1 - share) + to * share
}
