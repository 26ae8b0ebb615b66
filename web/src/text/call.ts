/** How a call is, in words. */
import { useI18n } from 'vue-i18n'
import type { Call, JournalEntry, Remote } from '@/api/types'
import { appearanceOf, isHeldByRemote } from '@/stores/calls'
import { useLamps } from '@/stores/lamps'
import { useSession } from '@/stores/session'
import { nameOf } from './party'
import { useLampText } from './lamp'

type Ending = Pick<Call, 'direction' | 'problem' | 'cause' | 'answered_at'> & {
  transfer?: Call['transfer']
}

/** Labels and sentences about calls in the language of the page. */
export function useCallText() {
  const { t } = useI18n()
  const lamps = useLamps()
  const session = useSession()
  const { ownerOf } = useLampText()
  const isParkNumber = ({ number }: Remote) =>
    number !== null && number === session.session?.park_number

  /** One or two words: "Incoming call", "On hold". */
  function labelOf(call: Call): string {
    const appearance = appearanceOf(call)
    if (appearance === 'outgoing') return t(`call.state.${call.state}`)
    if (appearance === 'ended' && isParked(call)) return t('lamp.parkedAs')
    if (appearance === 'ended' && call.transfer !== null) return t('transfer.done')
    return t(`call.appearance.${appearance}`)
  }

  /** What happened on the way or at the other end, and at the end of the call what to do next; else "". */
  function detailOf(call: Call): string {
    if (isParked(call)) return slotOf(call)
    if (call.state === 'terminated') return endingOf(call)
    if (call.continuity === 'interrupted') return t('call.interrupted')
    if (appearanceOf(call) === 'transferring') return progressOf(call)
    const parts: string[] = []
    if (call.transfer?.state === 'failed') parts.push(failureOf(call.transfer))
    if (call.picked_up_from !== null) {
      parts.push(t('call.pickedUpFrom', { name: ownerOf({ number: call.picked_up_from }) }))
    }
    if (call.continuity === 'restored') parts.push(t('call.restored'))
    if (isHeldByRemote(call)) parts.push(t('call.heldByRemote'))
    if (call.state === 'confirmed' && call.microphone === 'muted') parts.push(t('call.muted'))
    return parts.join(' ')
  }

  return { labelOf, detailOf, endingOf, shortNameOf }

  function isParked({ transfer, state }: Call): boolean {
    return state === 'terminated' && transfer !== null && isParkNumber(transfer.target)
  }

  /** Where the party waits now; "" until the PBX has told, and once somebody has gone on. */
  function slotOf({ remote }: Call): string {
    const slot = lamps.parked.find((lamp) => lamp.remote?.uri === remote.uri)
    return slot === undefined ? '' : t('lamp.parkedIn', { number: slot.number })
  }

  /** Of a target, as it was dialled or is known. */
  function shortNameOf(remote: Remote): string {
    return nameOf({ remote, dialled_text: null }) || t('call.anonymous')
  }

  function progressOf({ transfer }: Call): string {
    return transfer === null
      ? ''
      : t(`transfer.state.${transfer.state}`, { name: shortNameOf(transfer.target) })
  }

  function failureOf({ target, problem }: NonNullable<Call['transfer']>): string {
    if (isParkNumber(target)) return t('lamp.notParked')
    const reason = t(problem === null ? 'ending.remote_bye' : `callProblem.${problem}`)
    return t('transfer.failed', { name: shortNameOf(target), reason })
  }

  /** Why it ended. */
  function endingOf({ direction, problem, cause, answered_at, transfer }: Ending): string {
    if (transfer) return t('transfer.to', { name: shortNameOf(transfer.target) })
    if (problem !== null) return t(`callProblem.${problem}`)
    if (cause === 'cancelled' && answered_at === null) return t(`ending.cancelled_${direction}`)
    return cause === null ? '' : t(`ending.${cause}`)
  }
}

/** What became of a call, as one word under the journal's arrow. */
export function resultKey({ direction, result }: JournalEntry): string {
  return `journal.result.${result === 'answered' || result === 'running' ? `${result}_${direction}` : result}`
}
