/** Addresses in a text that somebody else wrote. */
import { LinkifyIt } from 'linkify-it'

export interface Piece {
  text: string
  /** Where it leads; null for words. */
  href: string | null
}

/** Nothing but these is ever followed: no `javascript:`, no `file:`, no programs of the machine. */
const SCHEMES = ['http:', 'https:', 'mailto:']
/** They make one address look like another: embeddings, overrides, isolates, marks. */
const DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/

const linkify = new LinkifyIt({ fuzzyLink: true, urlAuth: true, maxLength: 2048 })

/** The text, cut where a link begins or ends. Every character is in exactly one piece. */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = []
  let at = 0
  if (!/[.:@]/.test(text)) return text === '' ? [] : [{ text, href: null }]
  for (const match of linkify.match(text) ?? []) {
    const href = hrefOf(match.url)
    if (href === null) continue
    if (match.index > at) pieces.push({ text: text.slice(at, match.index), href: null })
    pieces.push({ text: match.raw, href })
    at = match.lastIndex
  }
  if (at < text.length) pieces.push({ text: text.slice(at), href: null })
  return pieces
}

function hrefOf(address: string): string | null {
  if (DIRECTION.test(address) || !URL.canParse(address)) return null
  const url = new URL(address)
  // a name before the host is how one address is made to look like another
  const isPlain = url.protocol === 'mailto:' || (url.username === '' && url.password === '')
  return isPlain && SCHEMES.includes(url.protocol) ? url.href : null
}
