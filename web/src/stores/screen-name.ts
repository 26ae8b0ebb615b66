/** What this browser calls itself: the same in all its pages, and after a reload. */
import { useKept } from './kept'

export const useScreenName = () => useKept('screen', newScreenName())

const newScreenName = () => Array.from(crypto.getRandomValues(new Uint32Array(4))).join('-')
