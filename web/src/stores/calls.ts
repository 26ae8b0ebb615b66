/** The calls of the stack, and what can be done with them. */
import { defineStore } from 'pinia'
import { computed, reactive, shallowReactive } from 'vue'
import * as api from '@/api/operations'
import type { Call, OtherCalls, TransferTarget } from '@/api/types'
import { useNotice } from './notice'

/** What a call looks like; a label made from its state, direction and media. */
export type CallAppearance =
  | 'incoming'
  | 'outgoing'
  | 'active'
  | 'held'
  | 'transferring'
  | 'elsewhere' // made on another telephone of the person's
  | 'ended'
  | 'failed'

const ENDED_SHOWN_MS = 4000

export function appearanceOf(call: Call): CallAppearance {
  if (call.state === 'terminated') return call.problem === null ? 'ended' : 'failed'
  if (call.placed_on !== null) return 'elsewhere'
  if (call.state !== 'confirmed') return call.direction
  if (isOnItsWay(call)) return 'transferring'
  return isHeld(call) ? 'held' : 'active'
}

/** What needs an answer comes first, then what is talked on; what waits, and what is over, last. */
const ORDER: CallAppearance[] = [
  'incoming',
  'active',
  'outgoing',
  'elsewhere',
  'transferring',
  'held',
  'failed',
  'ended',
]
const rankOf = (call: Call) => ORDER.indexOf(appearanceOf(call))

export const isHeld = (call: Call) =>
  call.local_direction === 'sendonly' || call.local_direction === 'inactive'
export const isHeldByRemote = (call: Call) =>
  call.remote_direction === 'sendonly' || call.remote_direction === 'inactive'
/** The recording that is being made of a call. */
export const recordingOf = (call: Call) => call.recordings.find((each) => each.ended_at === null)
export const isEnded = (call: Call) => call.state === 'terminated'
/** Our call to the target, until that has the call or it comes back; null in that call itself. */
const targetIdOf = ({ transfer }: Call) =>
  transfer === null || transfer.state === 'failed' ? null : transfer.to_call_id
const isOnItsWay = (call: Call) => targetIdOf(call) !== null && call.state === 'confirmed'

export const useCalls = defineStore('calls', () => {
  const notice = useNotice()
  const known = shallowReactive(new Map<string, Call>())
  /** The newest state of every call, also of those that are not shown. */
  const newest = new Map<string, Call>()
  /** Calls to targets: how they end is told by the call that was to be handed over. */
  const targets = new Set<string>()
  const busy = reactive(new Set<string>())

  const shown = computed(() =>
    [...known.values()].sort(
      (one, other) => rankOf(one) - rankOf(other) || one.started_at.localeCompare(other.started_at),
    ),
  )
  /** Calls that are only made to hand another one over: that one's card tells of them. */
  const targetIds = computed(() => new Set(shown.value.map(targetIdOf)))
  const isTarget = (call: Call) => targetIds.value.has(call.call_id)
  const running = computed(() => shown.value.filter((call) => !isEnded(call)))
  const ringing = computed(() => running.value.filter((call) => appearanceOf(call) === 'incoming'))
  /** The call that we are talking on. */
  const active = computed(() => running.value.find((call) => appearanceOf(call) === 'active'))
  /** Calls of which something can be heard: outgoing or talked on. */
  const audible = computed(() =>
    running.value.filter((call) => !['incoming', 'elsewhere'].includes(appearanceOf(call))),
  )

  /** Keep this state of a call, unless a later one is known. */
  function put(call: Call): void {
    if (call.revision <= (newest.get(call.call_id)?.revision ?? -1)) return
    newest.set(call.call_id, call)
    if (call.transfer?.to_call_id) targets.add(call.transfer.to_call_id)
    if (isEnded(call) && !known.has(call.call_id)) return
    show(call)
  }

  function show(call: Call): void {
    if (isEnded(call) && targets.has(call.call_id)) return dismiss(call.call_id)
    known.set(call.call_id, call)
    if (appearanceOf(call) === 'ended') setTimeout(() => dismiss(call.call_id), ENDED_SHOWN_MS)
  }

  /** Forget what is not in this list: it has ended, unseen. */
  function replaceAll(calls: Call[]): void {
    const listed = new Set(calls.map((call) => call.call_id))
    for (const call of running.value) if (!listed.has(call.call_id)) dismiss(call.call_id)
    calls.forEach(put)
  }

  function dismiss(callId: string): void {
    known.delete(callId)
  }

  function clear(): void {
    known.clear()
    newest.clear()
    targets.clear()
  }

  /** Dial; without a phone it starts where the person chose, "" is here. */
  const place = (target: string, phone?: string) => begin(() => api.placeCall(target, phone))

  /** What fails at once may have ended before the answer is here: it is shown all the same. */
  async function begin(command: () => Promise<Call>): Promise<void> {
    for (const call of shown.value) if (appearanceOf(call) === 'failed') dismiss(call.call_id)
    const call = await notice.reporting(command())
    if (call === undefined) return
    put(call)
    const now = newest.get(call.call_id)
    if (now !== undefined && isEnded(now) && !known.has(call.call_id)) show(now)
  }

  /** One command at a time for each call; a second click meanwhile is not a second command. */
  async function run(callId: string, command: () => Promise<Call>): Promise<boolean> {
    if (busy.has(callId)) return false
    busy.add(callId)
    const call = await notice.reporting(command())
    busy.delete(callId)
    if (call !== undefined) put(call)
    return call !== undefined
  }

  const record = (callId: string, on: boolean) => run(callId, () => api.switchRecording(callId, on))
  const control = async (callId: string, verb: api.CallVerb): Promise<void> => {
    await run(callId, () => api.controlCall(callId, verb))
  }
  const answer = async (callId: string, others: OtherCalls = 'hold'): Promise<void> => {
    await run(callId, () => api.answerCall(callId, others))
  }
  const reject = (callId: string) => run(callId, () => api.rejectCall(callId))
  /** Whether it has begun; the call tells how it goes on. */
  const transfer = (callId: string, to: TransferTarget) =>
    run(callId, () => api.transferCall(callId, to))

  return {
    shown,
    running,
    ringing,
    active,
    audible,
    isTarget,
    busy,
    put,
    replaceAll,
    dismiss,
    clear,
    place,
    begin,
    control,
    record,
    answer,
    reject,
    transfer,
  }
})
