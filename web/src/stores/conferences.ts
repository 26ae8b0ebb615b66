/** Calls whose parties hear each other, and what can be done with them together. */
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import * as api from '@/api/operations'
import type { Call } from '@/api/types'
import { appearanceOf, isEnded, isHeld, useCalls } from './calls'
import { useNotice } from './notice'

export interface Conference {
  id: string
  /** In the order in which they were answered. */
  calls: Call[]
}

/** Held as a whole; a party that cannot be resumed for a moment does not make it so. */
export const isConferenceHeld = ({ calls }: Conference) => calls.every(isHeld)

export const useConferences = defineStore('conferences', () => {
  const notice = useNotice()
  const calls = useCalls()
  const isBusy = ref(false)

  const answered = computed(() =>
    calls.running.filter((call) => call.answered_at !== null && call.placed_on === null),
  )
  const running = computed(() => {
    const found = new Map<string, Conference>()
    for (const call of answered.value) {
      if (call.conference_id === null) continue
      const conference = found.get(call.conference_id) ?? { id: call.conference_id, calls: [] }
      conference.calls.push(call)
      found.set(conference.id, conference)
    }
    for (const conference of found.values()) conference.calls.sort(byAnswer)
    return found
  })

  /** The conference that a call is shown in; undefined for one that stands alone. */
  function conferenceOf(call: Call): Conference | undefined {
    const isShown = call.conference_id !== null && !isEnded(call)
    return isShown ? running.value.get(call.conference_id ?? '') : undefined
  }

  /** Whom a call would confer with: who is talked with, or else all that wait. */
  function partnersOf(call: Call): Call[] {
    const others = answered.value.filter((other) => other.call_id !== call.call_id)
    const talking = others.filter((other) => appearanceOf(other) === 'active')
    return talking.length > 0 ? talking : others
  }

  async function start(call: Call): Promise<void> {
    const callIds = [call, ...partnersOf(call)].map((each) => each.call_id)
    await run(async () => (await api.startConference(callIds)).calls)
  }

  const drop = (conference: Conference, call: Call) =>
    run(async () => [await api.dropParticipant(conference.id, call.call_id)])

  const end = (conference: Conference) =>
    run(async () => {
      await api.endConference(conference.id)
      return []
    })

  async function run(command: () => Promise<Call[]>): Promise<void> {
    if (isBusy.value) return
    isBusy.value = true
    const changed = await notice.reporting(command())
    isBusy.value = false
    changed?.forEach(calls.put)
  }

  return { running, conferenceOf, partnersOf, start, drop, end }
})

function byAnswer(one: Call, other: Call): number {
  return (one.answered_at ?? '').localeCompare(other.answered_at ?? '')
}
