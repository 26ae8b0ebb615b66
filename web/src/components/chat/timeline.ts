/** What a conversation shows, line by line: messages, days, and where the new ones begin. */
import type { Message } from '@/api/types'
import { dayOf } from '@/text/format'

export type Row =
  | { kind: 'day'; key: string; at: string }
  | { kind: 'new'; key: 'new' }
  | { kind: 'message'; key: string; message: Message; isFirst: boolean; isLast: boolean }

/** Messages of one sender that follow each other within this time stand together. */
const TOGETHER_MS = 5 * 60_000
