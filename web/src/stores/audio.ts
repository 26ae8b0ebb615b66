/** What this page hears and says: the audio of the calls, the ring tone, and the devices for both. */
import { useEventListener } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import { AudioRoad, prefetchAudio, type RoadState } from '@/audio/audio-road'
import { AudioClaim } from '@/audio/claim'
import { codecFor, type Compression } from '@/audio/compression'
import {
  ALL_PROCESSING,
  type MicrophoneChoice,
  type MicrophoneState,
  type VoiceProcessing,
} from '@/audio/microphone'
import * as api from '@/api/operations'
import { Ringer } from '@/audio/ringer'
import { useCalls } from './calls'
import { useKept } from './kept'
import { useScreenName } from './screen-name'
import { useRingtone } from './ringtone'
import { useSession } from './session'
import { useSettings } from './settings'
import { useSync } from './sync'

/** Chosen devices; "" is the system's choice. */
export interface DeviceChoice {
  microphone: string
  speaker: string
  ringer: string
}

const LAST_TONE_MS = 4000

export const useAudio = defineStore('audio', () => {
  const calls = useCalls()
  const session = useSession()
  const ringtone = useRingtone()
  const settings = useSettings()
  const sync = useSync()
  const devices = useKept<DeviceChoice>('devices', {
    microphone: '',
    speaker: '',
    ringer: '',
  })
  const processing = useKept<VoiceProcessing>('voice', ALL_PROCESSING)
  const microphoneChoice = computed<MicrophoneChoice>(() => ({
    deviceId: devices.value.microphone,
    processing: { ...processing.value },
  }))
  const compression = useKept<Compression>('compression', 'automatic')
  const codec = computed(() => codecFor(compression.value, location.hostname))
  /** Whether the audio of the running calls is this browser's; another one may have it. */
  const isOurs = useKept('audioIsOurs', false)
  /** What the stack knows this browser by, so that it can tell whether another one took the audio. */
  const screen = useScreenName()
  const road = ref<RoadState>('off')
  const microphone = ref<MicrophoneState>('off')
  /** Unknown until it has been tried. */
  const isArmed = ref<boolean | null>(null)
  const isSuspended = ref(false)

  /** The browser keeps this page silent until somebody clicks in it. */
  const isSilenced = computed(
    () => session.phase === 'signed_in' && (isArmed.value === false || isSuspended.value),
  )
  /** Calls that are to be heard in a browser, be it this one or another. */
  const heard = computed(() => calls.audible.filter((call) => call.audio_sink === 'browser'))
  const isElsewhere = computed(() => road.value === 'elsewhere' && heard.value.length > 0)

  let leaving: ReturnType<typeof setTimeout> | undefined

  const acknowledged = new Set<string>()
  const ringer = new Ringer()
  const claim = new AudioClaim(() => audioRoad.detach('elsewhere'))
  const audioRoad = new AudioRoad({
    stateChanged: (state) => {
      if (state === 'elsewhere' && claim.isHeld) isOurs.value = false // another browser took it
      road.value = state
    },
    microphoneChanged: (state) => (microphone.value = state),
    soundChanged: (suspended) => (isSuspended.value = suspended),
  })
  window.handsetAudio = {
    statistics: () => audioRoad.statistics(),
    captureOutput: (durationS) => audioRoad.capture(durationS),
  }

  /** Carry the audio on this page, whichever page had it. */
  async function take(): Promise<void> {
    await claim.take({ steal: true })
    isOurs.value = true
    carry({ resume: false })
  }

  /** Carry the audio of a call that this page is about to make or answer, unless something else does. */
  async function takeFor(command: () => Promise<void>, isForHere = true): Promise<void> {
    const isHere = isForHere && settings.settings.audio_sink === 'browser'
    if (isHere) await take()
    await command()
    if (heard.value.length === 0) leaveSoon()
    else if (!isHere) await take() // it could not
  }

  /** Carry the audio if this browser had it and no other page of it does: after a reload. */
  async function offer(): Promise<void> {
    if (!isOurs.value || !(await claim.take({ steal: false }))) road.value = 'elsewhere'
    else if (heard.value.length > 0) carry({ resume: true })
  }

  function carry(options: { resume: boolean }): void {
    clearTimeout(leaving)
    if (road.value === 'off' || road.value === 'elsewhere') {
      const chosen = { microphone: microphoneChoice.value, speaker: devices.value.speaker }
      audioRoad.attach(screen.value, chosen, { ...options, codec: codec.value })
    } else if (microphone.value === 'off') {
      audioRoad.useMicrophone(microphoneChoice.value)
    }
  }

  const isCarrying = () => road.value === 'on' || road.value === 'connecting'

  /** Nobody is to be heard any more, but the tone that says so still is. */
  function leaveSoon(): void {
    audioRoad.releaseMicrophone()
    clearTimeout(leaving)
    leaving = setTimeout(leave, LAST_TONE_MS)
  }

  function leave(): void {
    if (claim.isHeld) isOurs.value = false
    audioRoad.detach()
    claim.release()
  }

  /** Nobody needs the audio any more, unless there is a call. */
  function release(): void {
    if (heard.value.length === 0) leave()
  }

  /** Needs a gesture of the user, or a microphone that is allowed already. */
  async function arm(): Promise<void> {
    audioRoad.resume()
    isArmed.value = await ringer.arm()
    if (isArmed.value) ring()
  }

  /** Say that somebody can hear it ring here: then it is not sent on to another phone. */
  function acknowledge(): void {
    if (isArmed.value !== true) return
    for (const { call_id } of calls.ringing) {
      if (acknowledged.has(call_id)) continue
      acknowledged.add(call_id)
      api.acknowledgeRinging(call_id).catch(() => acknowledged.delete(call_id))
    }
  }

  function ring(): void {
    const sound = calls.active === undefined ? ringtone.ring : ringtone.callWaiting
    if (calls.ringing.length === 0 || sound === null) ringer.stop()
    else ringer.start(sound)
    acknowledge()
  }

  watch(
    () => session.phase === 'signed_in',
    (isSignedIn) => isSignedIn && void arm(),
    { immediate: true },
  )
  watch(
    () => heard.value.length > 0,
    (isAudible) => (isAudible ? void offer() : leaveSoon()),
  )
  watch(
    () => [
      calls.ringing.length > 0,
      calls.active === undefined,
      ringtone.ring,
      ringtone.callWaiting,
    ],
    ring,
  )
  watch(
    () => sync.sleeps, // what looks connected need not be
    () => isCarrying() && audioRoad.reconnect(),
  )
  watch(codec, () => isCarrying() && audioRoad.useCodec(codec.value))
  watch(microphoneChoice, (choice) => microphone.value !== 'off' && audioRoad.useMicrophone(choice))
  watch(
    () => devices.value.speaker,
    (id) => audioRoad.useSpeaker(id),
  )
  watch(
    () => devices.value.ringer,
    (id) => void ringer.useDevice(id),
    { immediate: true },
  )
  // at the end of a press: what is below the banner moves up when it goes, and a click has a place
  useEventListener(document, ['pointerup', 'keydown'], () => {
    if (!isArmed.value || isSuspended.value) void arm()
  })
  if (isSecureContext) {
    // a loudspeaker that was chosen and comes back is used again
    useEventListener(navigator.mediaDevices, 'devicechange', () => {
      audioRoad.useSpeaker(devices.value.speaker)
      void ringer.useDevice(devices.value.ringer)
    })
  }

  prefetchAudio()

  return {
    devices,
    processing,
    compression,
    microphoneChoice,
    road,
    microphone,
    isSilenced,
    isElsewhere,
    take,
    takeFor,
    arm,
    release,
    microphoneLevel: () => audioRoad.microphoneLevel,
    deviceLatencyMs: () => audioRoad.deviceLatencyMs,
    loop: (isLooped: boolean) => audioRoad.loop(isLooped),
  }
})
