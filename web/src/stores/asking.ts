/** The field in a call's card that asks for somebody: to call beside it, or to hand it over to. */
import { defineStore } from 'pinia'
import { reactive } from 'vue'
import { useDtmf } from './dtmf'

export type Asking = 'add' | 'transfer'

export const useAsking = defineStore('asking', () => {
  const dtmf = useDtmf()
  const open = reactive(new Map<string, Asking>())

  /** Open it, with another purpose if need be, or close it. The keys of a dial pad are not for it. */
  function toggle(callId: string, purpose: Asking): void {
    if (open.get(callId) === purpose) return close(callId)
    if (dtmf.open.has(callId)) dtmf.toggle(callId)
    open.set(callId, purpose)
  }

  function close(callId: string): void {
    open.delete(callId)
  }

  return { open, toggle, close }
})
