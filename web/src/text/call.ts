/** How a call is, in words. */
import { useI18n } from 'vue-i18n'
import type { Call, JournalEntry, Remote } from '@/api/types'
import { appearanceOf, isHeldByRemote } from '@/stores/calls'
import { useLamps } from '@/stores/lamps'
import { useSession } from '@/stores/session'
import { nameOf } from './party'
import { useLampText } from './lamp'

type Ending = Pick<Call, 'direction' | 'problem' | 'cause' | 'answered_at' | 'placed_on'> & {
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
    if (appearance === 'elsewhere') return placedLabelOf(call)
    if (appearance === 'ended' && call.placed_on !== null && call.transfer !== null) {
      return t('ownPhone.done', { phone: call.placed_on.name })
    }
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
    if (call.placed_on !== null) return placedDetailOf(call)
    const parts: string[] = []
    if (call.transfer?.state === 'failed') parts.push(failureOf(call.transfer))
    if (call.picked_up_from !== null) {
      parts.push(t('call.pickedUpFrom', { name: ownerOf({ number: call.picked_up_from }) }))
    }
    if (call.continuity === 'restored') parts.push(t('call.restored'))
    if (isHeldByRemote(call)) parts.push(t('call.heldByRemote'))
    if (appearanceOf(call) === 'active' && call.quality?.problem === 'no_sound') {
      parts.push(t('quality.problem.no_sound'))
    }
    if (call.state === 'confirmed' && call.microphone === 'muted') parts.push(t('call.muted'))
    return parts.join(' ')
  }

  return { labelOf, detailOf, endingOf, shortNameOf }

  function isParked({ transfer, state }: Call): boolean {
    return state === 'terminated' && transfer !== null && isParkNumber(transfer.target)
  }

  /** How far a call on another telephone is: until that is answered, it matters alone. */
  function placedLabelOf({ placed_on, state }: Call): string {
    if (placed_on === null) return ''
    if (placed_on.state !== 'confirmed') {
      return t(`ownPhone.state.${placed_on.state}`, { phone: placed_on.name })
    }
    return t(`call.state.${state === 'confirmed' ? 'proceeding' : state}`)
  }

  function placedDetailOf(call: Call): string {
    const names = { phone: call.placed_on?.name, name: nameOf(call) || t('call.anonymous') }
    if (call.placed_on?.state === 'early') return t('ownPhone.takeOff', names)
    if (call.placed_on?.state === 'confirmed') return t('ownPhone.wait', names)
    return call.placed_on?.state === 'bridged' ? t('ownPhone.bridged', names) : ''
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
  function endingOf(ended: Ending): string {
    const { direction, problem, cause, answered_at, transfer, placed_on } = ended
    if (placed_on?.state === 'failed') {
      const reason = endingOf({ ...ended, placed_on: null })
      return t('ownPhone.failed', { phone: placed_on.name, reason })
    }
    if (transfer && placed_on !== null) return t('ownPhone.talks', { phone: placed_on.name })
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
