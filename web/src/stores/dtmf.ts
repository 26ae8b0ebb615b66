/** Keys pressed in calls: shown, sent in order, never kept. */
import { defineStore } from 'pinia'
import { reactive } from 'vue'
import * as api from '@/api/operations'
import { useNotice } from './notice'

export const DTMF_KEYS = /^[0-9*#A-D]$/

export const useDtmf = defineStore('dtmf', () => {
  const notice = useNotice()
  /** What was pressed in each call. */
  const pressed = reactive(new Map<string, string>())
  /** Calls whose dial pad is open. */
  const open = reactive(new Set<string>())
  const waiting = new Map<string, string>()

  function press(callId: string, key: string): void {
    pressed.set(callId, (pressed.get(callId) ?? '') + key)
    const queued = waiting.get(callId)
    waiting.set(callId, (queued ?? '') + key)
    if (queued === undefined) void send(callId)
  }

  /** Keys pressed while a request runs go together into the next one. */
  async function send(callId: string): Promise<void> {
    let digits = waiting.get(callId)
    while (digits) {
      waiting.set(callId, '')
      await notice.reporting(api.sendDtmf(callId, digits))
      digits = waiting.get(callId)
    }
    waiting.delete(callId)
  }

  function toggle(callId: string): void {
    if (!open.delete(callId)) open.add(callId)
  }

  function forget(callId: string): void {
    pressed.delete(callId)
    open.delete(callId)
  }

  return { pressed, open, press, toggle, forget }
})
