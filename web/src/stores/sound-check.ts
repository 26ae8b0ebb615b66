/** The sound check: three steps over the whole way to the telephone, and what they found. */
import { until } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, reactive, ref } from 'vue'
import * as api from '@/api/operations'
import type { AudioSink, SoundCheck, SoundCheckStep } from '@/api/types'
import { useAudio } from './audio'
import { useCalls } from './calls'
import { useNotice } from './notice'
import { useSettings } from './settings'

/** The computer is no way off: there is nothing to measure between it and the telephone. */
const STEPS: Record<AudioSink, SoundCheckStep[]> = {
  browser: ['path', 'echo', 'voice'],
  host: ['echo', 'voice'],
}

/** UNHEARD: the browser gives no microphone, or the stack does not answer. */
export type CheckPhase = 'ready' | SoundCheckStep | 'done' | 'stopped' | 'unheard'

const POLL_MS = 200
const CONNECT_TIMEOUT_MS = 8000

export const useSoundCheck = defineStore('sound-check', () => {
  const audio = useAudio()
  const calls = useCalls()
  const notice = useNotice()
  const settings = useSettings()
  const phase = ref<CheckPhase>('ready')
  /** The step that runs, as it was a moment ago. */
  const current = ref<SoundCheck | null>(null)
  const results = reactive(new Map<SoundCheckStep, SoundCheck>())
  /** Grows whenever what runs is not wanted any more. */
  let attempt = 0

  const sink = computed(() => settings.settings.audio_sink)
  const steps = computed(() => STEPS[sink.value])
  const isRunning = computed(() => steps.value.some((step) => step === phase.value))
  const isPossible = computed(() => calls.audible.length === 0)

  async function run(): Promise<void> {
    const wanted = ++attempt
    results.clear()
    current.value = null
    phase.value = steps.value[0] ?? 'done'
    if (sink.value === 'browser' && !(await connect())) phase.value = 'unheard'
    for (const step of steps.value) {
      if (wanted !== attempt || !isRunning.value) break
      phase.value = step
      audio.loop(step === 'path')
      await take(step, () => wanted === attempt)
      audio.loop(false)
    }
    if (wanted !== attempt) return
    if (isRunning.value) phase.value = 'done'
    audio.release()
  }

  async function stop(): Promise<void> {
    if (!isRunning.value) return
    attempt += 1
    phase.value = 'stopped'
    audio.loop(false)
    audio.release()
    await notice.reporting(api.stopSoundCheck())
  }

  /** The microphone is allowed and open, and the stack hears it. */
  async function connect(): Promise<boolean> {
    await audio.take()
    const isReady = () => audio.road === 'on' && audio.microphone === 'live'
    return until(isReady).toBe(true, { timeout: CONNECT_TIMEOUT_MS })
  }

  async function take(step: SoundCheckStep, isWanted: () => boolean): Promise<void> {
    let check = await notice.reporting(api.startSoundCheck(step, sink.value))
    while (check?.state === 'running' && isWanted()) {
      current.value = check
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
      check = await notice.reporting(api.getSoundCheck())
    }
    if (!isWanted()) return
    if (check?.state === 'done') results.set(step, withDevices(check))
    else phase.value = check === undefined ? 'unheard' : 'stopped'
  }

  /** With what loudspeaker and microphone add to the way. */
  function withDevices(check: SoundCheck): SoundCheck {
    if (check.step !== 'path' || check.delay_ms === null) return check
    return { ...check, delay_ms: check.delay_ms + audio.deviceLatencyMs() }
  }

  return { phase, current, results, steps, isRunning, isPossible, run, stop }
})
