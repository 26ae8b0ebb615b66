import { describe, expect, it } from 'vitest'
import { type Emoji, found, isOnlyEmoji } from '@/components/emoji/emoji'

const emojiOf = (emoji: string, annotation: string, tags: string[]): Emoji => ({
  emoji,
  annotation,
  tags,
  group: 0,
  version: 1,
})

describe('emoji', () => {
  const all = [
    emojiOf('👍', 'thumbs up', ['yes', '+1']),
    emojiOf('👎', 'thumbs down', ['no', '-1']),
    emojiOf('😀', 'grinning face', ['happy']),
  ]
  const search = (text: string) => found(all, text).map(({ emoji }) => emoji)

  it('are found by the beginnings of their words', () => {
    expect(search('thu')).toEqual(['👍', '👎'])
    expect(search('DOWN thumbs')).toEqual(['👎'])
    expect(search('+1')).toEqual(['👍'])
    expect(search('rinning')).toEqual([])
    expect(search('')).toHaveLength(3)
  })

  it.each(['👍', '👍🏽', '❤️', '❤', '👨‍👩‍👧', '🇩🇪 🇫🇷', '1️⃣', '🙂🙃😉'])('%s is nothing else', (text) => {
    expect(isOnlyEmoji(text)).toBe(true)
  })

  it.each(['', ' ', '1', '#', 'a👍', '👍👍👍👍', '🙂!'])('%s is something else', (text) => {
    expect(isOnlyEmoji(text)).toBe(false)
  })
})
