/**
 * The gateway's event stream, kept open for ever.
 *
 * It is read with fetch: an EventSource hides heartbeats and status codes, and gives up at the first 503.
 */
import { BUILD_HEADER } from './build-header'
import { SseParser } from './sse'
import type { AnyEvent } from './types'

const FIRST_DELAY_MS = 500
const LONGEST_DELAY_MS = 10_000
/** The gateway answers at once. What takes longer went out on a connection that has died in a sleep. */
const ANSWER_MS = 3000
/** The gateway says something at least every 15 s. */
const SILENCE_MS = 40_000

export type StreamState =
  | { name: 'connecting' }
  | { name: 'open' }
  | { name: 'waiting'; retryAt: number }
  | { name: 'stopped' }
  | { name: 'signed_out' }

export interface StreamListener {
  stateChanged(state: StreamState): void
  received(id: string, event: AnyEvent): void
  /** Events were missed: load everything anew, then start again. The stream has stopped. */
  reset(): void
  /** The build of the page that the gateway serves; null if it does not say. */
  served(build: string | null): void
}

/** One connection at a time; after each loss it resumes behind the last event it has seen. */
export class EventStream {
  state: StreamState = { name: 'stopped' }
  lastId = ''
  #connection: AbortController | null = null
  #retry: ReturnType<typeof setTimeout> | undefined
  #silence: ReturnType<typeof setTimeout> | undefined
  #delayMs = FIRST_DELAY_MS

  constructor(private readonly listener: StreamListener) {}

  start(after: string): void {
    this.stop()
    this.lastId = after
    void this.#connect()
  }

  stop(): void {
    this.#close()
    this.#change({ name: 'stopped' })
  }

  /** Do not wait for the next attempt. */
  retryNow(): void {
    if (this.state.name === 'waiting') this.reconnect()
  }

  /** Trust no connection that was made before now. */
  reconnect(): void {
    if (this.state.name === 'stopped' || this.state.name === 'signed_out') return
    this.#close()
    void this.#connect()
  }

  async #connect(): Promise<void> {
    const connection = new AbortController()
    this.#connection = connection
    this.#change({ name: 'connecting' })
    this.#expectNews(ANSWER_MS)
    try {
      const response = await this.#open(connection.signal)
      if (connection.signal.aborted) return
      this.listener.served(response.headers.get(BUILD_HEADER))
      if (response.status === 401) {
        this.#end({ name: 'signed_out' })
        return
      }
      if (!response.ok || response.body === null) throw new Error(`status ${response.status}`)
      this.#delayMs = FIRST_DELAY_MS
      this.#expectNews(SILENCE_MS)
      this.#change({ name: 'open' })
      await this.#read(response.body, connection.signal)
    } catch {
      // whatever it was, the answer is the same: try again
    }
    if (connection === this.#connection) this.#wait()
  }

  #open(signal: AbortSignal): Promise<Response> {
    const after = encodeURIComponent(this.lastId)
    return fetch(`/api/v1/events?after=${after}`, { signal, cache: 'no-store' })
  }

  async #read(body: ReadableStream<Uint8Array>, signal: AbortSignal): Promise<void> {
    const parser = new SseParser()
    const decoder = new TextDecoder()
    const reader = body.getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done || signal.aborted) return
      this.#expectNews(SILENCE_MS)
      for (const message of parser.push(decoder.decode(value, { stream: true }))) {
        if (message.name === 'reset') {
          this.#end({ name: 'stopped' })
          this.listener.reset()
          return
        }
        if (message.id !== null) this.lastId = message.id
        this.listener.received(this.lastId, JSON.parse(message.data) as AnyEvent)
      }
    }
  }

  #expectNews(withinMs: number): void {
    clearTimeout(this.#silence)
    this.#silence = setTimeout(() => {
      this.#close()
      this.#wait()
    }, withinMs)
  }

  #wait(): void {
    this.#close()
    this.#change({ name: 'waiting', retryAt: Date.now() + this.#delayMs })
    this.#retry = setTimeout(() => void this.#connect(), this.#delayMs)
    this.#delayMs = Math.min(this.#delayMs * 2, LONGEST_DELAY_MS)
  }

  #end(state: StreamState): void {
    this.#close()
    this.#change(state)
  }

  #close(): void {
    this.#connection?.abort()
    this.#connection = null
    clearTimeout(this.#silence)
    clearTimeout(this.#retry)
  }

  #change(state: StreamState): void {
    this.state = state
    this.listener.stateChanged(state)
  }
}

/** Whether event id `first` (a position "milliseconds-sequence") comes before `second`. */
export function isBefore(first: string, second: string): boolean {
  const [firstMs = 0, firstSequence = 0] = first.split('-').map(Number)
  const [secondMs = 0, secondSequence = 0] = second.split('-').map(Number)
  return firstMs < secondMs || (firstMs === secondMs && firstSequence < secondSequence)
}
