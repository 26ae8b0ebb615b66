/** How the telephone and chat are connected to their servers, in words. */
import { MessageCircle, Phone } from '@lucide/vue'
import { type Component, computed } from 'vue'
import { useI18n } from 'vue-i18n'
import type { ChatConnection, Registration } from '@/api/types'
import { useSession } from '@/stores/session'
import { useSync } from '@/stores/sync'
import { useClock } from './clock'
import { useRegistrationText } from './registration'

export type ConnectionState = 'up' | 'pending' | 'down' | 'unknown'

export interface Connection {
  side: 'phone' | 'chat'
  icon: Component
  state: ConnectionState
  /** A word or two. */
  short: string
  /** What happened, and when the next attempt is made. */
  sentence: string
}

const OF_REGISTRATION: Record<Registration['state'] | 'unknown', ConnectionState> = {
  unknown: 'unknown',
  active: 'up',
  init: 'pending',
  terminated: 'down',
}
const OF_CHAT: Record<ChatConnection['state'] | 'unknown', ConnectionState> = {
  absent: 'unknown',
  unknown: 'unknown',
  connected: 'up',
  connecting: 'pending',
  disconnected: 'down',
}

/** The side that an account lacks is left out. */
export function useConnections() {
  const { t } = useI18n()
  const session = useSession()
  const sync = useSync()
  const registrationText = useRegistrationText()
  const chatText = useChatConnectionText()

  /** What is known is as old as our own connection. */
  const isFresh = computed(() => sync.state.name === 'open' || sync.state.name === 'connecting')

  const phone = computed<Connection>(() => {
    const state = isFresh.value ? (session.registration?.state ?? 'init') : 'unknown'
    return {
      side: 'phone',
      icon: Phone,
      state: OF_REGISTRATION[state],
      short: t(`registration.short.${state}`),
      sentence: registrationText.value,
    }
  })
  const chat = computed<Connection | null>(() => {
    const connection = session.session?.chat
    if (connection?.state === 'absent') return null
    const state = isFresh.value ? (connection?.state ?? 'unknown') : 'unknown'
    return {
      side: 'chat',
      icon: MessageCircle,
      state: OF_CHAT[state],
      short: t(`chatConnection.short.${state}`),
      sentence: chatText.value,
    }
  })
  return computed(() => [phone.value, ...(chat.value === null ? [] : [chat.value])])
}

/** What happened to the connection of chat, and when the next attempt is made; counts down. */
export function useChatConnectionText() {
  const { t } = useI18n()
  const session = useSession()
  const nowMs = useClock(1000)

  return computed(() => {
    const connection = session.session?.chat
    if (connection == null) return t('chatConnection.long.unknown')
    if (connection.problem === null) return t(`chatConnection.long.${connection.state}`)
    const reason = t(`chatProblem.${connection.problem}`)
    if (connection.retry_at === null) return reason
    const waitMs = new Date(connection.retry_at).getTime() - nowMs.value
    const seconds = Math.max(0, Math.ceil(waitMs / 1000))
    const next = seconds === 0 ? t('registration.retryNow') : t('registration.retryIn', { seconds })
    return `${reason} ${next}`
  })
}
