/** What becomes of calls that come in: the person's rules, and what callers would get now. */
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { stackNowMs } from '@/api/stack-clock'
import * as api from '@/api/operations'
import type { Forwarding, IncomingPreview, IncomingRules, IncomingRulesPatch } from '@/api/types'
import { useNotice } from './notice'

export type ForwardingName = 'always' | 'busy' | 'no_answer' | 'follow_me'
/** Rules that the server can apply by itself. */
export type ServerRuleName = Exclude<ForwardingName, 'follow_me'> | 'do_not_disturb'
export const FORWARDINGS: ForwardingName[] = ['always', 'busy', 'no_answer', 'follow_me']

const OFF: Forwarding = { is_on: false, target: '', callers: 'everyone' }
const NO_RULES: IncomingRules = {
  revision: -1,
  always: OFF,
  do_not_disturb: { is_on: false, callers: 'everyone' },
  busy: OFF,
  no_answer: OFF,
  no_answer_after_s: 20,
  follow_me: OFF,
  phones: [],
  server: {},
  suspended_until: null,
}

export const useIncoming = defineStore('incoming', () => {
  const notice = useNotice()
  const rules = ref(NO_RULES)
  const preview = ref<IncomingPreview | null>(null)
  /** Where one can send calls without typing. */
  const presets = computed(() => rules.value.phones)
  /** The other phone that calls start on; undefined: here. */
  const dialling = computed(() => rules.value.phones.find((phone) => phone.places_calls))

  /** Throws ApiProblem. */
  async function load(): Promise<void> {
    rules.value = await api.getIncomingRules()
  }

  /** Keep these rules, unless later ones are known. */
  function put(changed: IncomingRules): void {
    if (changed.revision > rules.value.revision) rules.value = changed
  }

  async function change(patch: IncomingRulesPatch): Promise<void> {
    const changed = await notice.reporting(api.changeIncomingRules(patch))
    if (changed !== undefined) put(changed)
  }

  const switchOff = (name: ForwardingName) =>
    change({ [name]: { ...rules.value[name], is_on: false } })
  const disturb = (is_on: boolean) =>
    change({ do_not_disturb: { ...rules.value.do_not_disturb, is_on: !is_on } })

  /** Let calls start on the phone of this number; "" is here. */
  const dialOn = (number: string) =>
    change({
      phones: rules.value.phones.map((phone) => ({
        ...phone,
        places_calls: phone.number === number,
      })),
    })

  async function look(): Promise<void> {
    preview.value = (await notice.reporting(api.previewIncoming())) ?? preview.value
  }

  /** For an hour after an emergency call nothing is kept back. */
  function isSuspended(): boolean {
    const until = rules.value.suspended_until
    return until !== null && Date.parse(until) > stackNowMs()
  }

  return {
    rules,
    preview,
    presets,
    dialling,
    load,
    put,
    change,
    switchOff,
    disturb,
    dialOn,
    look,
    isSuspended,
  }
})
