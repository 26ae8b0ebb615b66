/** What others are told of us, and the texts that go with it. */
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { ApiProblem } from '@/api/client'
import * as api from '@/api/presence-operations'
import type { OwnPresence, StatusTexts } from '@/api/types'
import { useNotice } from './notice'
import { useSettings } from './settings'

export type PresenceChoice = keyof StatusTexts
export const PRESENCE_CHOICES: PresenceChoice[] = ['available', 'away', 'dnd']

const UNKNOWN: OwnPresence = { revision: -1, show: 'available', status: '', instead_of: null }

export const usePresence = defineStore('presence', () => {
  const notice = useNotice()
  const settings = useSettings()
  const own = ref(UNKNOWN)

  /** Programs may choose others; each is a kind of one of these. */
  const choice = computed<PresenceChoice>(() => {
    const { show } = own.value.instead_of ?? own.value
    if (show === 'dnd') return 'dnd'
    return show === 'away' || show === 'xa' ? 'away' : 'available'
  })
  /** Away because nobody uses any screen. */
  const isAutomatic = computed(() => own.value.instead_of !== null)
  const texts = computed(() => settings.settings.status_texts)

  /** Without the chat service the page works all the same. */
  async function load(): Promise<void> {
    try {
      put(await api.getPresence())
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
    }
  }

  /** Keep this state, unless a later one is known. */
  function put(changed: OwnPresence): void {
    if (changed.revision > own.value.revision) own.value = changed
  }

  async function choose(show: PresenceChoice): Promise<void> {
    const changed = await notice.reporting(api.changePresence(show, texts.value[show]))
    if (changed !== undefined) put(changed)
  }

  /** What is said from now on, and at once if it is about how we are. */
  async function write(changed: StatusTexts): Promise<void> {
    await settings.change({ status_texts: changed })
    const { status } = own.value.instead_of ?? own.value
    if (changed[choice.value] !== status) await choose(choice.value)
  }

  function clear(): void {
    own.value = UNKNOWN
  }

  return { own, choice, isAutomatic, texts, load, put, choose, write, clear }
})
