/** The person's voicemail box: what its lamp says. */
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import * as api from '@/api/operations'
import type { Voicemail } from '@/api/types'
import { useSession } from './session'

const NOTHING_KNOWN: Voicemail = {
  revision: -1,
  is_waiting: null,
  new_messages: null,
  old_messages: null,
}

export const useVoicemail = defineStore('voicemail', () => {
  const session = useSession()
  const voicemail = ref(NOTHING_KNOWN)
  /** What is called; null where the instance has no voicemail. */
  const number = computed(() => session.session?.voicemail_number ?? null)
  const isWaiting = computed(() => number.value !== null && voicemail.value.is_waiting === true)
  /** New messages; 0 where nothing waits, or the server does not count. */
  const count = computed(() => (isWaiting.value ? (voicemail.value.new_messages ?? 0) : 0))

  /** Throws ApiProblem. */
  async function load(): Promise<void> {
    voicemail.value = await api.getVoicemail()
  }

  /** Keep this state, unless a later one is known. */
  function put(changed: Voicemail): void {
    if (changed.revision > voicemail.value.revision) voicemail.value = changed
  }

  return { voicemail, number, isWaiting, count, load, put }
})
