/** What this browser remembers. Where it refuses to, the page works all the same and forgets. */
import { type RemovableRef, useStorage } from '@vueuse/core'

export function useKept<Value>(name: string, initial: Value): RemovableRef<Value> {
  // not useLocalStorage: it reads `window.localStorage`, which throws where storage is refused
  return useStorage<Value>(`handset.${name}`, initial, undefined, { mergeDefaults: true })
}
