/** What becomes of an incoming call, in words. */
import { useI18n } from 'vue-i18n'
import type { Verdict } from '@/api/types'
import { formatNumber } from './format'

export function useIncomingText() {
  const { t } = useI18n()

  /** "It rings; after 20 s it goes to 102." */
  function sentenceOf({ rings_for_s, diversion, unheard }: Verdict): string {
    const target = diversion?.target ?? null
    if (rings_for_s === 0) {
      return target === null
        ? t('incoming.gets.refused')
        : t('incoming.gets.target', { target: formatNumber(target) })
    }
    const parts = [t('incoming.gets.rings')]
    if (unheard?.target) {
      parts.push(t('incoming.gets.unheard', { target: formatNumber(unheard.target) }))
    }
    if (rings_for_s !== null && target !== null) {
      parts.push(t('incoming.gets.later', { seconds: rings_for_s, target: formatNumber(target) }))
    }
    return parts.join(' ')
  }

  return { sentenceOf }
}
