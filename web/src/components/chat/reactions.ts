/** Our reactions to messages. They are told all together, so that one is added to those before. */
import type { Message } from '@/api/types'
import { useSession } from '@/stores/session'
import { useThreads } from '@/stores/threads'

export function useReactions() {
  const session = useSession()
  const threads = useThreads()

  const isOwn = (senders: string[]) => senders.includes(session.ownJid ?? '')

  /** Add this one, or take it back. */
  function toggle(message: Message, emoji: string): void {
    const own = message.reactions.filter(({ senders }) => isOwn(senders)).map((each) => each.emoji)
    const rest = own.filter((each) => each !== emoji)
    void threads.react(message, rest.length < own.length ? rest : [...own, emoji])
  }

  return { isOwn, toggle }
}
