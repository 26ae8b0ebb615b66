/** Calls that were missed since somebody looked at the journal, on whichever screen. */
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import * as api from '@/api/operations'
import { ApiProblem } from '@/api/client'
import type { MissedCalls } from '@/api/types'

const UNKNOWN: MissedCalls = { revision: -1, calls: 0 }

export const useMissedCalls = defineStore('missed-calls', () => {
  const missed = ref(UNKNOWN)
  const count = computed(() => missed.value.calls)

  /** Throws ApiProblem. */
  async function load(): Promise<void> {
    missed.value = await api.getMissedCalls()
  }

  /** Keep this state, unless a later one is known. */
  function put(changed: MissedCalls): void {
    if (changed.revision > missed.value.revision) missed.value = changed
  }

  /** Down from this entry all have been seen. Without an answer it is said again the next time. */
  async function see(entryId: string): Promise<void> {
    try {
      put(await api.seeMissedCalls(entryId))
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
    }
  }

  function clear(): void {
    missed.value = UNKNOWN
  }

  return { count, load, put, see, clear }
})
