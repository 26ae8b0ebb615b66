/** The way between this page's microphone and loudspeaker and the stack's calls. */
import type { AudioCodec, AudioFormat } from '@/api/types'
import { AudioSocket } from './audio-socket'
import type { CaptureOptions, ToCapture } from './capture.worklet'
import captureUrl from './capture.worklet.ts?worker&url'
import type { JitterStatistics } from './jitter-buffer'
import { Microphone, type MicrophoneChoice, type MicrophoneState } from './microphone'
import { setSink } from './output'
import type { FromPlayback, PlaybackOptions, ToPlayback } from './playback.worklet'
import playbackUrl from './playback.worklet.ts?worker&url'
import socketUrl from './socket.worker.ts?worker&url'
import { VoiceInput } from './voice-input'

export type RoadState = 'off' | 'connecting' | 'on' | 'elsewhere'

export interface RoadListener {
  stateChanged(state: RoadState): void
  microphoneChanged(state: MicrophoneState): void
  /** Whether the browser lets this page be heard. */
  soundChanged(isSuspended: boolean): void
}

interface Devices {
  microphone: MicrophoneChoice
  speaker: string
}

interface Nodes {
  context: AudioContext
  voice: VoiceInput
  capture: AudioWorkletNode
  playback: AudioWorkletNode
}

/**
 * Chromium's blocks have ten milliseconds then, as its microphone's have: with "interactive", which has
 * odd ones, sound takes 60 ms longer from the microphone to the loudspeaker, and breaks more often.
 */
const LATENCY_HINT = 'balanced'

/** How long a page without a gesture waits for the microphone, which would make its sound run. */
const MICROPHONE_FIRST_MS = 1500

/**
 * Have everything at hand that a call will need. An update of the stack takes the files of this build
 * away, and the next call may come before the page is loaded anew.
 */
export function prefetchAudio(): void {
  for (const url of [socketUrl, captureUrl, playbackUrl]) {
    const link = document.createElement('link')
    document.head.append(Object.assign(link, { rel: 'prefetch', href: url }))
  }
}

export class AudioRoad {
  #nodes: Nodes | null = null
  /** Those who have asked, and would wait for ever once the context is closed. */
  readonly #asking = new Set<() => void>()
  #stream: MediaStream | null = null
  #speakerId = ''
  #microphoneReady: Promise<void> = Promise.resolve()
  /** Grows whenever what is being built is not wanted any more. */
  #attempt = 0
  readonly #microphone: Microphone
  readonly #socket: AudioSocket

  constructor(private readonly listener: RoadListener) {
    this.#microphone = new Microphone({
      microphoneChanged: (state, stream) => {
        this.#stream = stream
        if (this.#nodes !== null) this.#connectMicrophone(this.#nodes)
        listener.microphoneChanged(state)
      },
    })
    this.#socket = new AudioSocket({
      formatReceived: (format) => void this.#build(format),
      lost: () => listener.stateChanged('connecting'),
      ended: () => this.#end('elsewhere'),
    })
  }

  /** Take the audio to this page; with `resume` only if no other screen has taken it since. */
  attach(screen: string, devices: Devices, options: { resume: boolean; codec: AudioCodec }): void {
    this.#speakerId = devices.speaker
    this.listener.stateChanged('connecting')
    this.#microphoneReady = this.#microphone.open(devices.microphone)
    this.#socket.open(screen, options)
  }

  /** Trust no connection that was made before now. */
  reconnect(): void {
    this.#socket.reopen()
  }

  /** Pack the sound on its way from now on, or do not. */
  useCodec(codec: AudioCodec): void {
    this.#socket.reopen(codec)
  }

  /** Release the microphone and everything else; `elsewhere` if another page has the audio now. */
  detach(state: 'off' | 'elsewhere' = 'off'): void {
    this.#end(state)
  }

  useMicrophone(choice: MicrophoneChoice): void {
    void this.#microphone.open(choice)
  }

  /** How loud the microphone is: 0 (silence) to 1 (full scale). */
  get microphoneLevel(): number {
    return this.#nodes?.voice.level ?? 0
  }

  /** Return what is to be played, past loudspeaker and microphone. */
  loop(isLooped: boolean): void {
    if (this.#nodes === null) return
    const { context, voice, capture, playback } = this.#nodes
    voice.isConnected = !isLooped
    playback.disconnect()
    playback.connect(isLooped ? capture : context.destination)
  }

  /** What loudspeaker and microphone add to the way. */
  get deviceLatencyMs(): number {
    const context = this.#nodes?.context
    const settings = this.#stream?.getAudioTracks()[0]?.getSettings()
    // TypeScript's library does not know `latency`
    const microphoneS = (settings as { latency?: number } | undefined)?.latency ?? 0
    return 1000 * ((context?.outputLatency ?? 0) + microphoneS)
  }

  releaseMicrophone(): void {
    this.#microphone.close()
  }

  useSpeaker(deviceId: string): void {
    this.#speakerId = deviceId
    if (this.#nodes !== null) void setSink(this.#nodes.context, deviceId)
  }

  /** To be called from a gesture of the user. */
  resume(): void {
    void this.#nodes?.context.resume()
  }

  /** How playing goes; undefined while nothing is played. */
  statistics(): Promise<JitterStatistics | undefined> {
    return this.#ask({ kind: 'statistics' }, (answer) =>
      answer.kind === 'statistics' ? answer.statistics : undefined,
    )
  }

  /** What is played in the next seconds, and at which rate; no samples if playing ends before. */
  async capture(durationS: number) {
    const samples = await this.#ask({ kind: 'capture', durationS }, (answer) =>
      answer.kind === 'captured' ? answer.samples : undefined,
    )
    return { samples, clockRateHz: this.#nodes?.context.sampleRate }
  }

  async #build(format: AudioFormat): Promise<void> {
    this.#tearDown()
    const attempt = this.#attempt
    if (!navigator.userActivation.hasBeenActive) await this.#microphoneFirst()
    const context = new AudioContext({
      sampleRate: format.clock_rate_hz,
      latencyHint: LATENCY_HINT,
    })
    const modules = [playbackUrl, captureUrl].map((url) => context.audioWorklet.addModule(url))
    await Promise.all([...modules, setSink(context, this.#speakerId)])
    if (attempt !== this.#attempt) {
      await context.close()
      return
    }
    this.#nodes = createNodes(context, format)
    this.#watch(this.#nodes)
    this.#connectSocket(this.#nodes)
    this.#connectMicrophone(this.#nodes)
    this.listener.stateChanged('on')
  }

  #microphoneFirst(): Promise<void> {
    const timeout = new Promise<void>((resolve) => setTimeout(resolve, MICROPHONE_FIRST_MS))
    return Promise.race([this.#microphoneReady, timeout])
  }

  #watch({ context, capture, playback }: Nodes): void {
    const tell = () => this.listener.soundChanged(context.state === 'suspended')
    context.onstatechange = tell
    tell()
    // an exception has silenced the worklet for good: begin again with new ones
    capture.onprocessorerror = playback.onprocessorerror = (event) => {
      console.error('audio worklet failed', event)
      this.#socket.reopen()
    }
  }

  #connectSocket({ capture, playback }: Nodes): void {
    const [up, down] = [new MessageChannel(), new MessageChannel()]
    capture.port.postMessage({ port: up.port1 } satisfies ToCapture, [up.port1])
    const frames: ToPlayback = { kind: 'frames', port: down.port1 }
    playback.port.postMessage(frames, [down.port1])
    this.#socket.connect(up.port2, down.port2)
  }

  #connectMicrophone({ context, voice }: Nodes): void {
    voice.use(this.#stream)
    if (this.#stream !== null) void context.resume() // a page that records may also play
  }

  #ask<Result>(
    question: ToPlayback,
    read: (answer: FromPlayback) => Result | undefined,
  ): Promise<Result | undefined> {
    const port = this.#nodes?.playback.port
    if (port === undefined) return Promise.resolve(undefined)
    return new Promise((resolve) => {
      const end = (result?: Result) => {
        port.removeEventListener('message', hear)
        this.#asking.delete(end)
        resolve(result)
      }
      const hear = ({ data }: MessageEvent<FromPlayback>) => {
        const result = read(data)
        if (result !== undefined) end(result)
      }
      this.#asking.add(end)
      port.addEventListener('message', hear)
      port.start()
      port.postMessage(question)
    })
  }

  #end(state: 'off' | 'elsewhere'): void {
    this.#socket.close()
    this.#microphone.close()
    this.#tearDown()
    this.listener.soundChanged(false)
    this.listener.stateChanged(state)
  }

  #tearDown(): void {
    this.#attempt += 1
    const context = this.#nodes?.context
    this.#nodes = null
    for (const end of this.#asking) end()
    if (context === undefined) return
    context.onstatechange = null
    void context.close()
  }
}

function createNodes(context: AudioContext, format: AudioFormat): Nodes {
  const captureOptions: CaptureOptions = {
    frameSamples: (format.clock_rate_hz * format.frame_ms) / 1000,
  }
  const playbackOptions: PlaybackOptions = { isFar: format.codec === 'opus' }
  const capture = new AudioWorkletNode(context, 'capture', {
    numberOfOutputs: 0,
    channelCount: 1,
    channelCountMode: 'explicit',
    processorOptions: captureOptions,
  })
  const playback = new AudioWorkletNode(context, 'playback', {
    numberOfInputs: 0,
    outputChannelCount: [1],
    processorOptions: playbackOptions,
  })
  playback.connect(context.destination)
  return { context, voice: new VoiceInput(context, capture), capture, playback }
}
