/** The emoji, with their names in the person's language. Loaded when they are first looked at. */
import de from 'emoji-picker-element-data/de/cldr/data.json?url'
import en from 'emoji-picker-element-data/en/cldr/data.json?url'
import { useKept } from '@/stores/kept'

export interface Emoji {
  emoji: string
  annotation: string
  tags: string[]
  group: number
  version: number
}

/** Unicode's groups in the order of their tabs, without the parts that others are made of. */
export const GROUPS = [
  { id: 0, name: 'smileys', sign: '😀' },
  { id: 1, name: 'people', sign: '👋' },
  { id: 3, name: 'nature', sign: '🐻' },
  { id: 4, name: 'food', sign: '🍏' },
  { id: 5, name: 'travel', sign: '🚗' },
  { id: 6, name: 'activities', sign: '⚽' },
  { id: 7, name: 'objects', sign: '💡' },
  { id: 8, name: 'symbols', sign: '❤️' },
  { id: 9, name: 'flags', sign: '🏁' },
] as const

/** Of 2021: later ones are boxes to many. */
const NEWEST_VERSION = 14
const MOST_RECENT = 18

const ADDRESSES: Record<string, string> = { de, en }
const loaded = new Map<string, Promise<Emoji[]>>()

export function emojiIn(locale: string): Promise<Emoji[]> {
  const known = loaded.get(locale)
  if (known !== undefined) return known
  const loading = load(locale)
  loaded.set(locale, loading)
  loading.catch(() => loaded.delete(locale)) // asked again the next time
  return loading
}

async function load(locale: string): Promise<Emoji[]> {
  const response = await fetch(ADDRESSES[locale] ?? en)
  const all = (await response.json()) as Emoji[]
  return all.filter(({ version, group }) => version <= NEWEST_VERSION && group !== 2)
}

/** Those of which each word of the text begins a word. */
export function found(emoji: Emoji[], text: string): Emoji[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  return emoji.filter(({ annotation, tags }) => {
    const names = [...annotation.toLowerCase().split(/[\s-]+/), ...tags]
    return words.every((word) => names.some((name) => name.startsWith(word)))
  })
}

/** Those used last, latest first. */
export function useRecentEmoji() {
  const recent = useKept<string[]>('emoji', ['👍', '❤️', '😂', '😮', '😢', '🙏'])
  function use(emoji: string): void {
    recent.value = [emoji, ...recent.value.filter((each) => each !== emoji)].slice(0, MOST_RECENT)
  }
  return { recent, use }
}

const segmenter = new Intl.Segmenter()
const SOME = /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u
const ONE = /^(\p{RGI_Emoji}|\p{Extended_Pictographic}\uFE0F?)$/v

/** Whether a text is nothing but a few emoji: those are shown large. */
export function isOnlyEmoji(text: string): boolean {
  const trimmed = text.replace(/\s+/g, '')
  if (trimmed.length > 60 || !SOME.test(trimmed)) return false
  const signs = Array.from(segmenter.segment(trimmed), ({ segment }) => segment)
  return signs.length <= 3 && signs.every((sign) => ONE.test(sign))
}
