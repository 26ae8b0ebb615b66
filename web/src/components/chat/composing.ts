/** Tells the other that we are writing, again and again while it lasts, and when it is over. */
import { useTimeoutFn } from '@vueuse/core'
import { onUnmounted } from 'vue'
import * as api from '@/api/chat-operations'
import { ApiProblem } from '@/api/client'

const AGAIN_MS = 5000
/** Whoever has not touched a key for so long is thinking. */
const IDLE_MS = 8000

export function useComposing(conversationId: () => string) {
  let toldAt: number | null = null
  const idle = useTimeoutFn(stop, IDLE_MS, { immediate: false })

  /** Something was typed or removed; what is left is a text, or nothing. */
  function note(hasText: boolean): void {
    if (!hasText) return stop()
    idle.start()
    const now = performance.now()
    if (toldAt !== null && now - toldAt < AGAIN_MS) return
    toldAt = now
    void tell(true)
  }

  function stop(): void {
    idle.stop()
    if (toldAt === null) return
    toldAt = null
    void tell(false)
  }

  /** Nobody misses it if it does not arrive. */
  async function tell(isComposing: boolean): Promise<void> {
    try {
      await api.setComposing(conversationId(), isComposing)
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
    }
  }

  onUnmounted(stop)
  return { note, stop }
}
