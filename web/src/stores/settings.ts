/** The person's settings. The last known ones are kept here, so that the sign-in page looks the same. */
import { usePreferredDark, usePreferredLanguages } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed } from 'vue'
import * as api from '@/api/operations'
import type { Settings, SettingsPatch } from '@/api/types'
import { useKept } from './kept'
import { useNotice } from './notice'

const DEFAULTS: Settings = {
  revision: -1,
  language: 'system',
  colour_scheme: 'system',
  audio_sink: 'browser',
  recording_days: 90,
  offers_pick_up: true,
  status_texts: { available: '', away: '', dnd: '' },
  away_after_s: 0,
}

export const useSettings = defineStore('settings', () => {
  const notice = useNotice()
  const settings = useKept<Settings>('settings', DEFAULTS)
  const systemLanguages = usePreferredLanguages()
  const isSystemDark = usePreferredDark()

  const locale = computed(() => {
    if (settings.value.language !== 'system') return settings.value.language
    return systemLanguages.value[0]?.startsWith('de') ? 'de' : 'en'
  })
  const scheme = computed(() => {
    if (settings.value.colour_scheme !== 'system') return settings.value.colour_scheme
    return isSystemDark.value ? 'dark' : 'light'
  })

  /** Throws ApiProblem. */
  async function load(): Promise<void> {
    settings.value = await api.getSettings()
  }

  /** Keep these settings, unless later ones are known. */
  function put(changed: Settings): void {
    if (changed.revision > settings.value.revision) settings.value = changed
  }

  async function change(patch: SettingsPatch): Promise<void> {
    const changed = await notice.reporting(api.changeSettings(patch))
    if (changed !== undefined) put(changed)
  }

  return { settings, locale, scheme, load, put, change }
})
