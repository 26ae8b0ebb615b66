/** The call states of colleagues and of parking slots, and what can be done by them. */
import { defineStore } from 'pinia'
import { computed, reactive, shallowReactive } from 'vue'
import * as api from '@/api/operations'
import type { Lamp } from '@/api/types'
import { useCalls } from './calls'
import { useNotice } from './notice'
import { useSession } from './session'
import { useSettings } from './settings'

export const useLamps = defineStore('lamps', () => {
  const calls = useCalls()
  const notice = useNotice()
  const session = useSession()
  const settings = useSettings()
  const known = shallowReactive(new Map<string, Lamp>())
  /** Ringing calls of colleagues that are not to be offered any more, by number and moment. */
  const dismissed = reactive(new Set<string>())

  const momentOf = (lamp: Lamp) => `${lamp.number} ${lamp.since}`
  const isOurs = (lamp: Lamp) =>
    calls.running.some(
      (call) =>
        call.direction === 'outgoing' &&
        [call.remote.number, call.placed_on?.number].includes(lamp.number),
    )

  /** A call waits there that is not our own, and the PBX lets it be taken over. */
  const canPickUp = (lamp: Lamp) =>
    (session.session?.can_pick_up === true || lamp.is_replaceable) &&
    lamp.kind === 'person' &&
    lamp.state === 'called' &&
    !isOurs(lamp)
  /** Calls that wait for a colleague, newest first, if the person wants to know. */
  const offers = computed(() =>
    [...known.values()]
      .filter(() => settings.settings.offers_pick_up)
      .filter((lamp) => canPickUp(lamp) && !dismissed.has(momentOf(lamp)))
      .sort((one, other) => other.since.localeCompare(one.since)),
  )
  /** Slots with a call, the one that waits longest first. */
  const parked = computed(() =>
    [...known.values()]
      .filter((lamp) => lamp.kind === 'parking' && lamp.state === 'busy')
      .sort((one, other) => one.since.localeCompare(other.since)),
  )
  /** Whom we asked to be told of when they are free, in the order of asking. */
  const completions = computed(() =>
    [...known.values()]
      .filter((lamp) => lamp.completion !== null)
      .sort((one, other) => requestedAt(one).localeCompare(requestedAt(other))),
  )
  const requestedAt = (lamp: Lamp) => lamp.completion?.requested_at ?? ''

  /** The lamp of a person, who may have several numbers. */
  function of(numbers: readonly string[]): Lamp | undefined {
    return numbers.map((number) => known.get(number)).find((lamp) => lamp !== undefined)
  }

  /** Keep this state of a lamp, unless a later one is known. */
  function put(lamp: Lamp): void {
    if (lamp.revision > (known.get(lamp.number)?.revision ?? -1)) known.set(lamp.number, lamp)
  }

  /** Forget what is not in this list. */
  function replaceAll(lamps: Lamp[]): void {
    const listed = new Set(lamps.map((lamp) => lamp.number))
    for (const number of known.keys()) if (!listed.has(number)) known.delete(number)
    lamps.forEach(put)
  }

  function clear(): void {
    known.clear()
    dismissed.clear()
  }

  function dismiss(lamp: Lamp): void {
    dismissed.add(momentOf(lamp))
  }

  async function requestCompletion(number: string): Promise<void> {
    const lamp = await notice.reporting(api.requestCompletion(number))
    if (lamp !== undefined) put(lamp)
  }

  async function cancelCompletion(number: string): Promise<void> {
    const lamp = await notice.reporting(api.cancelCompletion(number))
    if (lamp !== undefined) put(lamp)
  }

  return {
    canPickUp,
    offers,
    parked,
    completions,
    of,
    put,
    replaceAll,
    clear,
    dismiss,
    requestCompletion,
    cancelCompletion,
  }
})
