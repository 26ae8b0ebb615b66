/** Conversations in words. */
import { useI18n } from 'vue-i18n'
import type { Conversation, Message } from '@/api/types'
import { useContacts } from '@/stores/contacts'
import { useOutbox } from '@/stores/outbox'
import { useSession } from '@/stores/session'

/** The name of who has this address: the contact's, else the address. */
export function nameOfAddress(jid: string): string {
  return useContacts().byAddress.get(jid)?.name ?? jid
}

export function useChatText() {
  const { t } = useI18n()
  const session = useSession()
  const outbox = useOutbox()

  /** Who says something: "You", or a name. */
  const senderOf = ({ direction, sender }: Pick<Message, 'direction' | 'sender'>) =>
    direction === 'sent' ? t('conversation.you') : nameOfAddress(sender)

  const nameOfSender = (jid: string | null) => {
    if (jid === null) return ''
    return jid === session.ownJid ? t('conversation.you') : nameOfAddress(jid)
  }

  /** One line of a message, as a list shows it. */
  function excerptOf(message: Message): string {
    if (message.is_retracted) return t('conversation.retracted')
    const text = message.file === null ? message.body : t('file.named', { name: message.file.name })
    const line = text.replace(/\s+/g, ' ').trim().slice(0, 200)
    return message.direction === 'sent' ? t('conversation.own', { text: line }) : line
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

  return { senderOf, nameOfSender, excerptOf, deliveryOf, failureOf, unreadOf }
}
