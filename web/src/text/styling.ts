/** Message styling, XEP-0393: what is meant by the signs that people put around words. */
import { type Piece, piecesOf } from './links'

export type Mark = 'strong' | 'emphasis' | 'strike' | 'code'

export type Span =
  ({ kind: 'piece' } & Piece) | { kind: 'sign'; text: string } | { kind: Mark; spans: Span[] }

export type Block =
  | { kind: 'line'; spans: Span[] }
  | { kind: 'quote'; blocks: Block[] }
  | { kind: 'code'; text: string }

const MARKS: Record<string, Mark> = { '*': 'strong', _: 'emphasis', '~': 'strike', '`': 'code' }
/** Deeper ones are what they are: text. */
const MOST_NESTED = 5

export const blocksOf = (text: string): Block[] => blocks(text.split('\n'), MOST_NESTED)

function blocks(lines: string[], depth: number): Block[] {
  const found: Block[] = []
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    if (line.startsWith('```')) {
      const end = lines.indexOf('```', at + 1)
      const last = end === -1 ? lines.length : end
      found.push({ kind: 'code', text: lines.slice(at + 1, last).join('\n') })
      at = last
    } else if (line.startsWith('>') && depth > 0) {
      const after = lines.findIndex((each, index) => index > at && !each.startsWith('>'))
      const last = after === -1 ? lines.length : after
      const quoted = lines.slice(at, last).map((each) => each.replace(/^> ?/, ''))
      found.push({ kind: 'quote', blocks: blocks(quoted, depth - 1) })
      at = last - 1
    } else found.push({ kind: 'line', spans: spansOf(line, '') })
  }
  return found
}

/** The spans of one line; `opened` are the signs around it. */
function spansOf(text: string, opened: string): Span[] {
  const spans: Span[] = []
  let begin = 0
  /** Signs that nothing closes from here on. */
  let open = opened
  const push = (end: number) => {
    for (const piece of piecesOf(text.slice(begin, end))) spans.push({ kind: 'piece', ...piece })
  }
  for (let at = 0; at < text.length; at += 1) {
    const sign = text.charAt(at)
    const mark = MARKS[sign]
    if (mark === undefined || open.includes(sign) || !opens(text, at)) continue
    const end = closing(text, at)
    if (end === -1) {
      open += sign
      continue
    }
    push(at)
    const inner = text.slice(at + 1, end)
    const content: Span[] =
      mark === 'code' ? [{ kind: 'piece', text: inner, href: null }] : spansOf(inner, opened + sign)
    const edge: Span = { kind: 'sign', text: sign }
    spans.push({ kind: mark, spans: [edge, ...content, edge] })
    begin = end + 1
    at = end
  }
  push(text.length)
  return spans
}

/** At the beginning, behind a space or behind another sign; and not before a space. */
function opens(text: string, at: number): boolean {
  const before = text.charAt(at - 1)
  const isBeginning =
    at === 0 || /\s/.test(before) || (before !== text.charAt(at) && before in MARKS)
  return isBeginning && !/^(\s|$)/.test(text.slice(at + 1, at + 2))
}

function closing(text: string, at: number): number {
  const sign = text.charAt(at)
  for (let end = text.indexOf(sign, at + 1); end !== -1; end = text.indexOf(sign, end + 1)) {
    if (end > at + 1 && !/\s/.test(text.charAt(end - 1))) return end
  }
  return -1
}
