/** Conversations in words. */
import { useI18n } from 'vue-i18n'
import type { Conversation, Message } from '@/api/types'
import { useContacts } from '@/stores/contacts'
import { useConversations } from '@/stores/conversations'
import { useOutbox } from '@/stores/outbox'
import { useRooms } from '@/stores/rooms'
import { useSession } from '@/stores/session'

/** The name of whoever has this address: a contact, a group, or somebody in one; else the address. */
export function nameOfAddress(jid: string): string {
  const contact = useContacts().byAddress.get(jid)
  if (contact !== undefined) return contact.name
  return useConversations().known.get(jid)?.name || useRooms().nicks.get(jid) || jid
}

/** Whether several people write there. */
export const isRoom = (conversationId: string) =>
  useConversations().known.get(conversationId)?.kind === 'room'

export function useChatText() {
  const { t } = useI18n()
  const session = useSession()
  const outbox = useOutbox()

  /** Who says something: "You", or a name. */
  function senderOf({ direction, sender, sender_name }: Message): string {
    if (direction === 'sent') return t('conversation.you')
    return useContacts().byAddress.get(sender)?.name ?? (sender_name || nameOfAddress(sender))
  }

  const nameOfSender = (jid: string | null) => {
    if (jid === null) return ''
    return jid === session.ownJid ? t('conversation.you') : nameOfAddress(jid)
  }

  /** One line of a message, as a list shows it. */
  function excerptOf(message: Message): string {
    if (message.is_retracted) return t('conversation.retracted')
    const text = message.file === null ? message.body : t('file.named', { name: message.file.name })
    const line = text.replace(/\s+/g, ' ').trim().slice(0, 200)
    if (message.direction === 'sent') return t('conversation.own', { text: line })
    return isRoom(message.conversation_id) ? `${senderOf(message)}: ${line}` : line
  }

  /** Who writes just now; "" if nobody does. */
  function composingOf({ kind, composer, is_composing }: Conversation): string {
    if (!is_composing) return ''
    if (kind !== 'room' || composer === null) return t('conversation.composing')
    return t('room.composing', { name: nameOfAddress(composer) })
  }

  /** How far a message of ours got; "" for others. */
  const deliveryOf = ({ delivery }: Message) =>
    delivery === null ? '' : t(`conversation.delivery.${delivery}`)

  /** Why a message of ours did not get there. */
  function failureOf(message: Message): string {
    const refused = outbox
      .of(message.conversation_id)
      .find(({ message_id }) => message_id === message.message_id)
    if (refused?.problem != null) return t(`problem.${refused.problem}`)
    return t(`deliveryProblem.${message.problem ?? 'failed'}`)
  }

  /** What is said of a conversation whose row is read out. */
  const unreadOf = ({ unread }: Conversation) =>
    unread > 0 ? t('conversation.unread', unread) : ''

  return { senderOf, composingOf, nameOfSender, excerptOf, deliveryOf, failureOf, unreadOf }
}
