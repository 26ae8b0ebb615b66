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

/** Voice from this device, cleaned of echo and noise; "" is the system's choice. */
export function openMicrophone(deviceId: string): Promise<MediaStream> {
  // plain HTTP on another host than localhost: the browser has no media devices at all
  if (!isSecureContext) return Promise.reject(new DOMException('', 'SecurityError'))
  return navigator.mediaDevices.getUserMedia({
    audio: {
      echoCancellation: true,
      noiseSuppression: true,
      autoGainControl: true,
      ...(deviceId === '' ? {} : { deviceId: { ideal: deviceId } }),
    },
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
  #deviceId = ''
  #attempt = 0
  #watch: ReturnType<typeof setInterval> | null = null

  constructor(private readonly listener: MicrophoneListener) {
    if (!isSecureContext) return
    navigator.mediaDevices.addEventListener('devicechange', () => void this.#devicesChanged())
    void queryPermission().then((permission) => {
      if (permission !== null) permission.onchange = () => this.#permissionChanged()
    })
  }

  async open(deviceId: string): Promise<void> {
    this.#deviceId = deviceId
    const attempt = ++this.#attempt
    this.#watch ??= setInterval(() => void this.#askForDevices(), WATCH_PERIOD_MS)
    const isAsking = this.#stream === null && (await microphonePermission()) === 'prompt'
    if (attempt !== this.#attempt) return
    if (isAsking) this.#change('asking', null)
    const outcome = await openMicrophone(deviceId).catch((error: unknown) => error)
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
    if (this.#watch !== null) clearInterval(this.#watch)
    this.#watch = null
    this.#lose('off')
  }

  #use(stream: MediaStream): void {
    if (this.#stream !== null) release(this.#stream)
    this.#stream = stream
    const [track] = stream.getAudioTracks()
    track?.addEventListener('ended', () => {
      if (this.#stream === stream) void this.open(this.#deviceId)
    })
    this.#change('live', stream)
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
    const isChosenPresent = devices.some((device) => device.deviceId === this.#deviceId)
    const used = this.#stream?.getAudioTracks()[0]?.getSettings().deviceId
    if (this.#state !== 'live' || (isChosenPresent && used !== this.#deviceId)) {
      await this.open(this.#deviceId)
    }
  }

  #permissionChanged(): void {
    if (this.#state === 'refused') void this.open(this.#deviceId)
  }
}

export function release(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop()
}
