/** What a conversation shows, line by line: messages, days, and where the new ones begin. */
import type { Message } from '@/api/types'
import type { Outgoing } from '@/stores/outbox'
import { dayOf } from '@/text/format'

export type Row =
  | { kind: 'begin' | 'new'; key: string }
  | { kind: 'day'; key: string; at: string }
  | { kind: 'message'; key: string; message: Message; isFirst: boolean; isLast: boolean }

export interface Shown {
  messages: Message[]
  /** Sent from here, and not known to the stack yet. */
  outgoing: Message[]
  /** The messages begin with the first of the conversation. */
  isWhole: boolean
  /** Received messages behind this position are new; null: nothing is told apart. */
  newAfter: number | null
}

/** Messages of one sender that follow each other within this time stand together. */
const TOGETHER_MS = 5 * 60_000

export function rowsOf({ messages, outgoing, isWhole, newAfter }: Shown): Row[] {
  const rows: Row[] = isWhole ? [{ kind: 'begin', key: 'begin' }] : []
  const isNew = (message: Message) =>
    newAfter !== null && message.direction === 'received' && message.position > newAfter
  let isToldApart = false
  let before: Message | undefined
  let latest: Extract<Row, { kind: 'message' }> | undefined
  const add = (message: Message) => {
    const isNextDay = before === undefined ? isWhole : dayIn(before) !== dayIn(message)
    if (isNextDay) rows.push({ kind: 'day', key: `day ${dayIn(message)}`, at: message.sent_at })
    const isFirstNew = !isToldApart && isNew(message)
    if (isFirstNew) rows.push({ kind: 'new', key: 'new' })
    isToldApart ||= isFirstNew
    const isTogether = !isNextDay && !isFirstNew && areTogether(before, message)
    if (latest !== undefined) latest.isLast = !isTogether
    const key = message.message_id
    rows.push((latest = { kind: 'message', key, message, isFirst: !isTogether, isLast: true }))
    before = message
  }
  messages.forEach(add)
  outgoing.forEach(add)
  return rows
}

function areTogether(before: Message | undefined, message: Message): boolean {
  const [one, other] = [before && sayerOf(before), sayerOf(message)]
  if (before === undefined || one !== other) return false
  return Math.abs(timeIn(message) - timeIn(before)) < TOGETHER_MS
}

/** In a room that keeps it to itself, a name is all that tells who says something. */
const sayerOf = ({ direction, sender, sender_name }: Message) =>
  `${direction} ${sender} ${sender_name}`

const days = new WeakMap<Message, string>()

/** The local day of a message; asked again and again for the same ones. */
function dayIn(message: Message): string {
  const known = days.get(message)
  if (known !== undefined) return known
  const day = dayOf(new Date(message.sent_at))
  days.set(message, day)
  return day
}

const timeIn = (message: Message) => Date.parse(message.sent_at)

/** What was sent from here as the message that it will be. */
export function messageOf(outgoing: Outgoing): Message {
  const { message_id, conversation_id, sender, body, sent_at, in_reply_to, problem } = outgoing
  return {
    message_id,
    conversation_id,
    revision: -1,
    position: Number.MAX_SAFE_INTEGER,
    direction: 'sent',
    sender,
    sender_name: '',
    body,
    sent_at,
    delivery: problem === null ? 'pending' : 'failed',
    problem: null,
    problem_detail: '',
    edited_at: null,
    file: null,
    is_retracted: false,
    in_reply_to,
    reactions: [],
    stanza_id: null,
    archive_id: null,
  }
}
