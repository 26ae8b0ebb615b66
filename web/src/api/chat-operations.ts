/** The REST operations of conversations, each under the name of its RPC. */
import { command, get } from './client'
import type { Conversation, ConversationList, Message, MessageList } from './types'

const conversationPath = (conversationId: string) =>
  `/conversations/${encodeURIComponent(conversationId)}`
const messagesPath = (conversationId: string) => `${conversationPath(conversationId)}/messages`
const pathOf = ({ conversation_id, message_id }: Message) =>
  `${messagesPath(conversation_id)}/${encodeURIComponent(message_id)}`

export const listConversations = () => get<ConversationList>('/conversations')

/** The newest messages, oldest first; `before` is `older` of the page that follows. */
export function listMessages(
  conversationId: string,
  before: string | null,
  limit: number,
): Promise<MessageList> {
  const query = new URLSearchParams({ limit: String(limit) })
  if (before !== null) query.set('before', before)
  return get<MessageList>(`${messagesPath(conversationId)}?${query}`)
}

/** With the same `messageId` it is sent once, however often it is asked for. */
export const sendMessage = (
  conversationId: string,
  messageId: string,
  draft: { body: string; in_reply_to: string | null },
) => command<Message>('POST', messagesPath(conversationId), draft, messageId)
export const retryMessage = (message: Message) =>
  command<Message>('POST', `${pathOf(message)}/retry`)
export const correctMessage = (message: Message, body: string) =>
  command<Message>('PATCH', pathOf(message), { body })
export const retractMessage = (message: Message) => command<Message>('DELETE', pathOf(message))
export const react = (message: Message, emoji: string[]) =>
  command<Message>('PUT', `${pathOf(message)}/reactions`, { emoji })
export const markRead = (conversationId: string, messageId: string) =>
  command<Conversation>('POST', `${conversationPath(conversationId)}/read`, {
    message_id: messageId,
  })
export const setComposing = (conversationId: string, isComposing: boolean) =>
  command<undefined>('POST', `${conversationPath(conversationId)}/composing`, {
    is_composing: isComposing,
  })
