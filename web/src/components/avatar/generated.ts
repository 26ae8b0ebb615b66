/** Pictures made of a name, without a network. Loaded when somebody asks for them. */
import { createAvatar } from '@dicebear/core'
import * as glass from '@dicebear/glass'
import * as initials from '@dicebear/initials'
import * as shapes from '@dicebear/shapes'
import * as thumbs from '@dicebear/thumbs'
import { initialsOf } from '@/text/format'

const OF_EACH = 3
const COLOURS = ['3949ab', '00897b', 'c2185b', '5e35b1', 'ef6c00', '2e7d32', '0277bd', '6d4c41']

/** Each a `data:` address; every round has others. */
export function generated(name: string, round: number): string[] {
  const chars = initialsOf(name).length || 1
  const numbers = Array.from({ length: OF_EACH }, (_, index) => round * OF_EACH + index)
  const seeds = numbers.map((number) => `${name} ${number}`)
  return [
    ...numbers.map((number) => {
      const first = number % COLOURS.length
      const backgroundColor = COLOURS.slice(first, first + 1)
      return createAvatar(initials, { seed: name, chars, backgroundColor, fontWeight: 600 })
    }),
    ...seeds.map((seed) => createAvatar(thumbs, { seed })),
    ...seeds.map((seed) => createAvatar(shapes, { seed })),
    ...seeds.map((seed) => createAvatar(glass, { seed })),
  ].map((avatar) => avatar.toDataUri())
}
