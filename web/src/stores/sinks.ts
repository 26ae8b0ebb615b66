/** Where calls are heard: in a browser, or at the computer that the stack runs on. */
import { defineStore } from 'pinia'
import { ref } from 'vue'
import * as api from '@/api/operations'
import type { AudioSink, Call } from '@/api/types'
import { useAudio } from './audio'
import { useCalls } from './calls'
import { useNotice } from './notice'

export const useSinks = defineStore('sinks', () => {
  const audio = useAudio()
  const calls = useCalls()
  const notice = useNotice()
  /** Whether the computer has a loudspeaker and a microphone for us. */
  const hasHost = ref(false)

  async function load(): Promise<void> {
    const sinks = await notice.reporting(api.listAudioSinks())
    hasHost.value =
      sinks?.items.some((each) => each.audio_sink === 'host' && each.is_available) ?? false
  }

  /** Hear a running call there from now on. */
  async function use(call: Call, sink: AudioSink): Promise<void> {
    if (sink === 'browser') await audio.take()
    const changed = await notice.reporting(api.useAudio(call.call_id, sink))
    if (changed !== undefined) calls.put(changed)
  }

  return { hasHost, load, use }
})
