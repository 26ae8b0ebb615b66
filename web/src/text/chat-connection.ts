/** How the chat is connected, as a sentence. */
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { useSession } from '@/stores/session'
import { useClock } from './clock'

/** What happened, and when the next attempt is made; counts down. */
export function useChatConnectionText() {
  const { t } = useI18n()
  const session = useSession()
  const nowMs = useClock(1000)

  return computed(() => {
    const { chat } = session
    if (chat === null) return t('chat.away')
    const { state, problem, retry_at } = chat
    const reason =
      problem === null ? t(`chatConnection.long.${state}`) : t(`chatProblem.${problem}`)
    if (retry_at === null) return reason
    const waitMs = new Date(retry_at).getTime() - nowMs.value
    const seconds = Math.max(0, Math.ceil(waitMs / 1000))
    const next = seconds === 0 ? t('registration.retryNow') : t('registration.retryIn', { seconds })
    return `${reason} ${next}`
  })
}
