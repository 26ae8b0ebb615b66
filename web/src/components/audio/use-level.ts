/** A level that is read again and again while it is shown. */
import { useIntervalFn } from '@vueuse/core'
import { readonly, ref } from 'vue'

const PERIOD_MS = 80

/** `read` gives 0 (silence) to 1 (full scale). */
export function useLevel(read: () => number) {
  const level = ref(0)
  useIntervalFn(() => (level.value = read()), PERIOD_MS)
  return readonly(level)
}
