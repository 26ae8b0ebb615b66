/** Files in words. */
import { useI18n } from 'vue-i18n'
import type { ApiProblem } from '@/api/client'

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const
const STEP = 1024

/** "3.1 MB", as the language writes it. */
export function formatSize(bytes: number, locale: string): string {
  const index = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(bytes, 1)) / 10))
  const digits = index === 0 ? 0 : 1
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: UNITS[index],
    unitDisplay: 'short',
    maximumFractionDigits: digits,
  }).format(bytes / STEP ** index)
}

export function useFileText() {
  const i18n = useI18n()
  const { t, locale } = i18n

  /** Why a file was not taken. */
  function problemOf({ code, fields }: ApiProblem): string {
    if (code !== 'upload_failed') return t(`problem.${code}`)
    const largest = fields.largest_bytes
    if (fields.reason === 'too_large' && typeof largest === 'number') {
      return t('uploadProblem.larger', { size: formatSize(largest, locale.value) })
    }
    const key = `uploadProblem.${String(fields.reason)}`
    return i18n.te(key) ? t(key) : t('uploadProblem.refused')
  }

  return { problemOf }
}
