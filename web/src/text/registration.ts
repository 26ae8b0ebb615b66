/** How the telephone is registered, as a sentence. */
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { useSession } from '@/stores/session'
import { useClock } from './clock'

/** What happened, and when the next attempt is made; counts down. */
export function useRegistrationText() {
  const { t } = useI18n()
  const session = useSession()
  const nowMs = useClock(1000)

  return computed(() => {
    const registration = session.registration
    if (registration === undefined) return ''
    if (registration.state === 'active') return t('registration.long.active')
    const reason =
      registration.problem === null
        ? t(`registration.long.${registration.state}`)
        : t(`registrationProblem.${registration.problem}`)
    if (registration.retry_at === null) return reason
    const waitMs = new Date(registration.retry_at).getTime() - nowMs.value
    const seconds = Math.max(0, Math.ceil(waitMs / 1000))
    const next = seconds === 0 ? t('registration.retryNow') : t('registration.retryIn', { seconds })
    return `${reason} ${next}`
  })
}
