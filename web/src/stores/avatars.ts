/** Who has which picture. The pictures themselves are the browser's: it keeps each for ever. */
import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'
import { ApiProblem } from '@/api/client'
import { listAvatars, putAvatar, removeAvatar } from '@/api/avatar-operations'
import type { Avatar } from '@/api/types'
import { useNotice } from './notice'
import { useSession } from './session'

const FIRST_DELAY_MS = 1000
const LONGEST_DELAY_MS = 15_000

export const useAvatars = defineStore('avatars', () => {
  const notice = useNotice()
  const session = useSession()
  const known = shallowReactive(new Map<string, Avatar>())
  let retry: ReturnType<typeof setTimeout> | undefined
  let delayMs = FIRST_DELAY_MS

  /** Where the picture of this address is; null: there is none. */
  function addressOf(jid: string | null | undefined): string | null {
    const avatarId = jid == null ? null : (known.get(jid)?.avatar_id ?? null)
    return avatarId === null ? null : `/api/v1/avatars/${avatarId}`
  }

  /** Without it there are initials. Tries again by itself while the service is away. */
  async function load(): Promise<void> {
    clearTimeout(retry)
    const before = [...known.values()]
    try {
      const { items } = await listAvatars()
      const named = new Set(items.map(({ jid }) => jid))
      for (const avatar of before) {
        if (!named.has(avatar.jid) && known.get(avatar.jid) === avatar) known.delete(avatar.jid)
      }
      items.forEach(put)
      delayMs = FIRST_DELAY_MS
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      if (error.code !== 'sign_in_required') loadLater()
    }
  }

  function loadLater(): void {
    retry = setTimeout(() => void load(), delayMs)
    delayMs = Math.min(delayMs * 2, LONGEST_DELAY_MS)
  }

  /** Keep this state, unless a later one is known; who has no picture any more is kept as such. */
  function put(avatar: Avatar): void {
    if (avatar.revision > (known.get(avatar.jid)?.revision ?? -1)) known.set(avatar.jid, avatar)
  }

  const own = () => addressOf(session.ownJid)

  /** Whether others have our new picture; null takes the old one away. */
  async function change(picture: Blob | null): Promise<boolean> {
    const request = picture === null ? removeAvatar() : putAvatar(picture)
    const changed = await notice.reporting(request)
    if (changed !== undefined) put(changed)
    return changed !== undefined
  }

  function clear(): void {
    clearTimeout(retry)
    known.clear()
  }

  return { known, addressOf, own, load, put, change, clear }
})
