/** The microphone: opened while it is wanted, and again when a device or the permission comes back. */

export type MicrophoneState = 'off' | 'asking' | 'live' | 'refused' | 'missing' | 'busy'

const STATE_OF_ERROR: Record<string, MicrophoneState> = {
  NotAllowedError: 'refused',
  SecurityError: 'refused',
  NotFoundError: 'missing',
}

/**
 * Browsers notice a device that was unplugged when the system tells them, or when they are asked. Not
 * every system tells: in a container, or behind a sound server, nobody does.
 */
const WATCH_PERIOD_MS = 2000

export interface MicrophoneListener {
  microphoneChanged(state: MicrophoneState, stream: MediaStream | null): void
}

/** What the browser does to a voice before anybody hears it. */
export interface VoiceProcessing {
  echoCancellation: boolean
  noiseSuppression: boolean
  autoGainControl: boolean
}

/** Which microphone, "" being the system's choice, and how its sound is treated. */
export interface MicrophoneChoice {
  deviceId: string
  processing: VoiceProcessing
}

export const ALL_PROCESSING: VoiceProcessing = {
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
}
export const ANY_MICROPHONE: MicrophoneChoice = { deviceId: '', processing: ALL_PROCESSING }

/** Somebody who has just been given another microphone still needs the last one for this long. */
const OVERLAP_MS = 1500

/** Voice from the chosen microphone; from the system's if that one is away. */
export async function openMicrophone({ deviceId, processing }: MicrophoneChoice) {
  // plain HTTP on another host than localhost: the browser has no media devices at all
  if (!isSecureContext) throw new DOMException('', 'SecurityError')
  const open = (device: MediaTrackConstraints) =>
    navigator.mediaDevices.getUserMedia({ audio: { ...processing, ...device } })
  if (deviceId === '') return open({})
  // not `ideal`: Chromium would go on with a microphone that is open already
  return open({ deviceId: { exact: deviceId } }).catch((error: unknown) => {
    if ((error as DOMException).name === 'OverconstrainedError') return open({})
    throw error
  })
}

/** Whether the user has allowed the microphone; browsers that cannot tell will ask. */
export async function microphonePermission(): Promise<PermissionState> {
  if (!isSecureContext) return 'denied'
  const permission = await queryPermission()
  return permission?.state ?? 'prompt'
}

function queryPermission(): Promise<PermissionStatus | null> {
  return navigator.permissions.query({ name: 'microphone' }).catch(() => null)
}

export class Microphone {
  #stream: MediaStream | null = null
  #state: MicrophoneState = 'off'
  #choice: MicrophoneChoice | null = null
  #attempt = 0
  #watch: ReturnType<typeof setInterval> | null = null

  constructor(private readonly listener: MicrophoneListener) {
    if (!isSecureContext) return
    navigator.mediaDevices.addEventListener('devicechange', () => void this.#devicesChanged())
    void queryPermission().then((permission) => {
      if (permission !== null) permission.onchange = () => this.#permissionChanged()
    })
  }

  async open(choice: MicrophoneChoice): Promise<void> {
    this.#choice = choice
    const attempt = ++this.#attempt
    this.#watch ??= setInterval(() => void this.#askForDevices(), WATCH_PERIOD_MS)
    const isAsking = this.#stream === null && (await microphonePermission()) === 'prompt'
    if (attempt !== this.#attempt) return
    if (isAsking) this.#change('asking', null)
    const outcome = await openMicrophone(choice).catch((error: unknown) => error)
    const isWanted = attempt === this.#attempt
    if (outcome instanceof MediaStream) {
      if (isWanted) this.#use(outcome)
      else release(outcome)
    } else if (isWanted) {
      this.#lose(STATE_OF_ERROR[(outcome as DOMException).name] ?? 'busy')
    }
  }

  close(): void {
    this.#attempt += 1
    this.#choice = null
    if (this.#watch !== null) clearInterval(this.#watch)
    this.#watch = null
    this.#lose('off')
  }

  #use(stream: MediaStream): void {
    const previous = this.#stream
    this.#stream = stream
    const [track] = stream.getAudioTracks()
    track?.addEventListener('ended', () => {
      if (this.#stream === stream) this.#reopen()
    })
    this.#change('live', stream)
    if (previous !== null) setTimeout(() => release(previous), OVERLAP_MS)
  }

  #reopen(): void {
    if (this.#choice !== null) void this.open(this.#choice)
  }

  #lose(state: MicrophoneState): void {
    if (this.#stream !== null) release(this.#stream)
    this.#stream = null
    this.#change(state, null)
  }

  #change(state: MicrophoneState, stream: MediaStream | null): void {
    this.#state = state
    this.listener.microphoneChanged(state, stream)
  }

  /** What has changed comes as `ended` and `devicechange`. */
  async #askForDevices(): Promise<void> {
    if (isSecureContext) await navigator.mediaDevices.enumerateDevices()
  }

  /** A headset that was chosen and comes back is used again; so is any device if there was none. */
  async #devicesChanged(): Promise<void> {
    if (this.#state === 'off' || this.#state === 'asking' || this.#state === 'refused') return
    const devices = await navigator.mediaDevices.enumerateDevices()
    const chosen = this.#choice?.deviceId
    const isChosenPresent = devices.some((device) => device.deviceId === chosen)
    const used = this.#stream?.getAudioTracks()[0]?.getSettings().deviceId
    if (this.#state !== 'live' || (isChosenPresent && used !== chosen)) this.#reopen()
  }

  #permissionChanged(): void {
    if (this.#state === 'refused') this.#reopen()
  }
}

export function release(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop()
}
