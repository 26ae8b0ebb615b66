/** What an AudioWorkletGlobalScope has beyond the types of a page (Web Audio API, section 1.32). */

declare const currentTime: number
declare const sampleRate: number

declare abstract class AudioWorkletProcessor {
  readonly port: MessagePort
  constructor(options: AudioWorkletNodeOptions)
  abstract process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean
}

declare function registerProcessor(
  name: string,
  processor: new (options: AudioWorkletNodeOptions) => AudioWorkletProcessor,
): void
