/** Who is signed in, and how the stack is connected. */
import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import { ApiProblem } from '@/api/client'
import * as api from '@/api/operations'
import { setStackClock } from '@/api/stack-clock'
import type {
  ChatConnection,
  ChatCredentials,
  Credentials,
  Registration,
  Session,
} from '@/api/types'
import { useKept } from './kept'

export type SessionPhase = 'unknown' | 'signed_out' | 'signed_in'

export const useSession = defineStore('session', () => {
  const phase = ref<SessionPhase>('unknown')
  const session = ref<Session | null>(null)
  const registration = computed(() => session.value?.sip)
  /** Null while the chat service does not answer. */
  const chat = computed(() => session.value?.chat ?? null)
  /** Our address in chat, also while the chat service does not answer; null: none, or not known. */
  const ownJid = ref<string | null>(null)
  watch(chat, (connection) => connection !== null && (ownJid.value = connection.jid), {
    flush: 'sync',
  })
  /** Whether this account has conversations. */
  const hasChat = computed(() => session.value !== null && chat.value?.state !== 'absent')
  /** Prefills the form; never the password. */
  const lastSignIn = useKept('last-sign-in', { user: '', server: '' })

  /** Throws ApiProblem. */
  async function signIn(credentials: Credentials): Promise<void> {
    begin(await api.signIn(credentials))
    lastSignIn.value = { user: credentials.user, server: credentials.server }
  }

  /** Beside a telephone that goes on. Throws ApiProblem. */
  async function signInToChat(credentials: ChatCredentials): Promise<void> {
    begin(await api.signInToChat(credentials))
  }

  /** The session of this browser's cookie, if there is one. Throws ApiProblem. */
  async function load(): Promise<Session | null> {
    try {
      return begin(await api.getSession())
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.code !== 'sign_in_required') throw error
      forget()
      return null
    }
  }

  /** Throws ApiProblem. */
  async function signOut(): Promise<void> {
    await api.signOut()
    forget()
  }

  function begin(begun: Session): Session {
    setStackClock(begun.now)
    const known = session.value
    session.value = {
      ...begun,
      sip: later(known?.sip, begun.sip),
      chat: later(known?.chat, begun.chat),
    }
    phase.value = 'signed_in'
    return begun
  }

  /** Keep this state of the registration, unless a later one is known. */
  function putRegistration(changed: Registration): void {
    if (session.value === null || changed.revision <= session.value.sip.revision) return
    session.value = { ...session.value, sip: changed }
  }

  /** Keep this state of the connection to the chat server, unless a later one is known. */
  function putChatConnection(changed: ChatConnection): void {
    if (session.value === null) return
    session.value = { ...session.value, chat: later(session.value.chat, changed) }
  }

  function forget(): void {
    session.value = null
    ownJid.value = null
    phase.value = 'signed_out'
  }

  return {
    phase,
    session,
    registration,
    chat,
    ownJid,
    hasChat,
    lastSignIn,
    signIn,
    signInToChat,
    signOut,
    load,
    putRegistration,
    putChatConnection,
    forget,
  }
})

/** The one that is known, if what comes is older. */
function later<State extends { revision: number } | null>(
  known: State | undefined,
  coming: State,
): State {
  if (known == null || coming === null) return coming
  return coming.revision < known.revision ? known : coming
}
