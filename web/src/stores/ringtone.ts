/** How this browser rings: the tune, or a file of one's own, and how loud. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import {
  keepOwnTone,
  loadOwnTone,
  type OwnTone,
  OwnToneError,
  type OwnToneProblem,
} from '@/audio/own-tone'
import type { Sound } from '@/audio/ringer'
import { callWaitingTone, ringTone, type Tune } from '@/audio/tones'
import { useKept } from './kept'

export interface RingtoneChoice {
  tune: Tune | 'own'
  /** 0 to 1. */
  volume: number
  hasCallWaiting: boolean
}

export const useRingtone = defineStore('ringtone', () => {
  const choice = useKept<RingtoneChoice>('ringtone', {
    tune: 'marimba',
    volume: 1,
    hasCallWaiting: true,
  })
  const own = shallowRef<OwnTone | null>(null)
  const problem = ref<OwnToneProblem | null>(null)

  const ring = computed<Sound>(() => {
    const { tune, volume } = choice.value
    const sound = own.value?.sound
    if (tune === 'own' && sound !== undefined) return { render: () => sound, volume }
    return { render: (context) => ringTone(context, tune === 'own' ? 'marimba' : tune), volume }
  })
  /** For a call during a call; null if that is to be silent. */
  const callWaiting = computed<Sound | null>(() =>
    choice.value.hasCallWaiting ? { render: callWaitingTone, volume: choice.value.volume } : null,
  )

  /** Ring with this file from now on; if that cannot be, `problem` says why and nothing changes. */
  async function useFile(file: File): Promise<void> {
    problem.value = null
    try {
      own.value = await keepOwnTone(file)
      choice.value.tune = 'own'
    } catch (error) {
      if (!(error instanceof OwnToneError)) throw error
      problem.value = error.problem
    }
  }

  async function load(): Promise<void> {
    own.value = await loadOwnTone()
  }

  void load()

  return { choice, own, problem, ring, callWaiting, useFile }
})
