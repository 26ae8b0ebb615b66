/** Plays what arrives on its frame port, through the jitter buffer. */
import { pcmOf } from './frames'
import { FAR, JitterBuffer, type JitterStatistics, NEAR } from './jitter-buffer'

export interface PlaybackOptions {
  isFar: boolean
}

export type ToPlayback =
  | { kind: 'frames'; port: MessagePort }
  | { kind: 'statistics' }
  | { kind: 'capture'; durationS: number }
export type FromPlayback =
  { kind: 'statistics'; statistics: JitterStatistics } | { kind: 'captured'; samples: Float32Array }

class PlaybackProcessor extends AudioWorkletProcessor {
  readonly #buffer: JitterBuffer
  #captured: Float32Array | null = null
  #capturedSamples = 0

  constructor(options: AudioWorkletNodeOptions) {
    super(options)
    const { isFar } = options.processorOptions as PlaybackOptions
    this.#buffer = new JitterBuffer(sampleRate, isFar ? FAR : NEAR)
    this.port.onmessage = ({ data }: MessageEvent<ToPlayback>) => this.#hear(data)
  }

  process(_inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const output = outputs[0]?.[0]
    if (output === undefined) return true
    this.#buffer.pull(output)
    if (this.#captured !== null) this.#capture(this.#captured, output)
    return true
  }

  #hear(message: ToPlayback): void {
    switch (message.kind) {
      case 'frames':
        message.port.onmessage = ({ data }: MessageEvent<ArrayBuffer>) =>
          this.#buffer.push(pcmOf(data))
        break
      case 'statistics':
        this.#say({ kind: 'statistics', statistics: this.#buffer.statistics })
        break
      case 'capture':
        this.#captured = new Float32Array(Math.round(message.durationS * sampleRate))
        this.#capturedSamples = 0
    }
  }

  #capture(captured: Float32Array, output: Float32Array): void {
    const room = captured.length - this.#capturedSamples
    captured.set(output.subarray(0, room), this.#capturedSamples)
    this.#capturedSamples += output.length
    if (this.#capturedSamples < captured.length) return
    this.#captured = null
    this.#say({ kind: 'captured', samples: captured })
  }

  #say(message: FromPlayback): void {
    this.port.postMessage(message)
  }
}

registerProcessor('playback', PlaybackProcessor)
