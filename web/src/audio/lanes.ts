/**
 * The way to the stack's audio: one socket, or two that carry the same frames. TCP waits for what was
 * lost, a tenth of a second with all that comes after it; it seldom does so on both at once.
 */
import type { AudioFormat } from '@/api/types'
import { sequenceOf } from './frames'

const JOIN_AGAIN_MS = 1000
const SEQUENCES = 2 ** 32
/** More than this unsent is late already, ten frames: others are dropped. */
const LARGEST_BACKLOG_BYTES = { pcm: 6400, opus: 1000 }

export interface LanesListener {
  formatReceived(format: AudioFormat): void
  /** The next frame, whichever lane brought it. */
  received(frame: ArrayBuffer): void
  /** The last lane is gone. */
  closed(code: number): void
}

export class Lanes {
  readonly #open = new Set<WebSocket>()
  #format: AudioFormat | null = null
  #taken: number | null = null

  constructor(
    private readonly url: string,
    private readonly listener: LanesListener,
  ) {
    this.#connect(url)
  }

  send(frame: ArrayBuffer): void {
    const largest = LARGEST_BACKLOG_BYTES[this.#format?.codec ?? 'pcm']
    for (const lane of this.#open) {
      if (lane.readyState === WebSocket.OPEN && lane.bufferedAmount <= largest) lane.send(frame)
    }
  }

  #connect(url: string): void {
    const lane = new WebSocket(url)
    this.#open.add(lane)
    lane.binaryType = 'arraybuffer'
    lane.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (typeof data !== 'string') this.#take(data)
      else if (this.#format === null) this.#begin(JSON.parse(data) as AudioFormat)
    }
    lane.onclose = ({ code }) => {
      this.#open.delete(lane)
      if (this.#open.size === 0) this.listener.closed(code)
      else setTimeout(() => this.#join(), JOIN_AGAIN_MS)
    }
  }

  #begin(format: AudioFormat): void {
    this.#format = format
    this.listener.formatReceived(format)
    this.#join()
  }

  #join(): void {
    const lane = this.#format?.lane ?? null
    if (lane === null || this.#open.size === 0) return
    this.#connect(`${this.url}&${new URLSearchParams({ lane })}`)
  }

  #take(frame: ArrayBuffer): void {
    if (this.#format?.codec === 'opus' && !this.#isNew(sequenceOf(frame))) return
    this.listener.received(frame)
  }

  /** Each lane keeps its order and carries all: a later frame never comes first. */
  #isNew(sequence: number): boolean {
    const ahead = (sequence - (this.#taken ?? sequence - 1) + SEQUENCES) % SEQUENCES
    if (ahead === 0 || ahead > SEQUENCES / 2) return false
    this.#taken = sequence
    return true
  }
}
