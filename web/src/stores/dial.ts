/** What is being typed into the number field. */
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import * as api from '@/api/operations'
import { useSuggestions } from '@/components/phone/use-suggestions'
import { targetOf } from '@/text/party'
import { useAudio } from './audio'
import { useCalls } from './calls'
import { useIncoming } from './incoming'
import { useJournal } from './journal'

export const useDial = defineStore('dial', () => {
  const audio = useAudio()
  const calls = useCalls()
  const incoming = useIncoming()
  const journal = useJournal()
  const text = ref('')
  const suggestions = useSuggestions(text)

  /** The target of the last outgoing call, whatever came in since. */
  const redialTarget = computed(() => {
    const entry = journal.lastOutgoing
    return entry === undefined ? null : (entry.dialled_text ?? targetOf(entry))
  })

  /** By the keys on the page, which suggestions would hide. */
  function type(key: string): void {
    suggestions.close()
    text.value += key
  }

  /** By the keyboard. */
  function typeAnywhere(key: string): void {
    text.value += key
    suggestions.open()
  }

  function erase(): void {
    text.value = Array.from(text.value).slice(0, -1).join('')
  }

  /** Call this target on the phone that the person chose; here, that is with the audio on this page. */
  function call(target: string): Promise<void> {
    return audio.takeFor(() => calls.place(target), incoming.dialling === undefined)
  }

  /** Call this target here, beside a call that is here. */
  function callBeside(target: string): Promise<void> {
    return audio.takeFor(() => calls.place(target, ''))
  }

  /** Take over the call that rings at this number, or is parked in this slot. */
  function pickUp(number: string): Promise<void> {
    return audio.takeFor(() => calls.begin(() => api.pickUp(number)))
  }

  /** Call who was chosen, else what was typed; with nothing typed, show the last target first. */
  async function submit(): Promise<void> {
    const target = suggestions.chosen.value?.number ?? text.value.trim()
    if (target === '') {
      text.value = redialTarget.value ?? ''
      return
    }
    text.value = ''
    suggestions.close()
    await call(target)
  }

  return {
    text,
    suggestions,
    redialTarget,
    type,
    typeAnywhere,
    erase,
    call,
    callBeside,
    pickUp,
    submit,
  }
})
