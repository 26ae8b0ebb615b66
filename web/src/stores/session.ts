/** Who is signed in, and how the stack is connected. */
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { ApiProblem } from '@/api/client'
import * as api from '@/api/operations'
import { setStackClock } from '@/api/stack-clock'
import type { Credentials, Registration, Session } from '@/api/types'
import { useKept } from './kept'

export type SessionPhase = 'unknown' | 'signed_out' | 'signed_in'

export const useSession = defineStore('session', () => {
  const phase = ref<SessionPhase>('unknown')
  const session = ref<Session | null>(null)
  const registration = computed(() => session.value?.sip)
  /** Prefills the form; never the password. */
  const lastSignIn = useKept('last-sign-in', { user: '', server: '' })

  /** Throws ApiProblem. */
  async function signIn(credentials: Credentials): Promise<void> {
    begin(await api.signIn(credentials))
    lastSignIn.value = { user: credentials.user, server: credentials.server }
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
    const sip = session.value?.sip
    const isStale = sip !== undefined && begun.sip.revision < sip.revision
    session.value = isStale ? { ...begun, sip } : begun
    phase.value = 'signed_in'
    return begun
  }

  /** Keep this state of the registration, unless a later one is known. */
  function putRegistration(changed: Registration): void {
    if (session.value === null || changed.revision <= session.value.sip.revision) return
    session.value = { ...session.value, sip: changed }
  }

  function forget(): void {
    session.value = null
    phase.value = 'signed_out'
  }

  return {
    phase,
    session,
    registration,
    lastSignIn,
    signIn,
    signOut,
    load,
    putRegistration,
    forget,
  }
})
