/** How somebody is, in words. */
import { useI18n } from 'vue-i18n'
import type { Presence } from '@/api/types'

export function usePresenceText() {
  const { t } = useI18n()

  /** What they say themselves, else a word. */
  const lineOf = ({ show, status }: Presence) => status || t(`presence.show.${show}`)

  /** A word, and what they say themselves. */
  const sentenceOf = ({ show, status }: Presence) =>
    [t(`presence.show.${show}`), status].filter((each) => each !== '').join(' · ')

  return { lineOf, sentenceOf }
}
