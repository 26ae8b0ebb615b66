/** The present, as something that components can depend on. */
import { useIntervalFn } from '@vueuse/core'
import { type Ref, ref } from 'vue'

/** Milliseconds since 1970, renewed at this interval for as long as the component lives. */
export function useClock(intervalMs: number): Readonly<Ref<number>> {
  const nowMs = ref(Date.now())
  useIntervalFn(() => (nowMs.value = Date.now()), intervalMs)
  return nowMs
}
