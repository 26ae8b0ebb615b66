/** The present, as something that components can depend on. */
import { useIntervalFn } from '@vueuse/core'
import { type Ref, ref } from 'vue'
import { stackNowMs } from '@/api/stack-clock'

/**
 * Milliseconds since 1970, renewed at this interval for as long as the component lives. By the stack's
 * clock; what this machine has timed itself needs `Date.now`.
 */
export function useClock(
  intervalMs: number,
  now: () => number = stackNowMs,
): Readonly<Ref<number>> {
  const nowMs = ref(now())
  useIntervalFn(() => (nowMs.value = now()), intervalMs)
  return nowMs
}
