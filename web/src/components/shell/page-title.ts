/** What needs attention, in the page's title and on the icon of the installed page. */
import { useTitle } from '@vueuse/core'
import { computed, onUnmounted, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { useCalls } from '@/stores/calls'
import { useConversations } from '@/stores/conversations'
import { useMissedCalls } from '@/stores/missed-calls'
import { useVoicemail } from '@/stores/voicemail'
import { nameOf } from '@/text/party'

export function usePageTitle(): void {
  const { t } = useI18n()
  const calls = useCalls()
  const conversations = useConversations()
  const missedCalls = useMissedCalls()
  const voicemail = useVoicemail()
  /** Calls that nobody has seen, and messages of both kinds that nobody has read or heard. */
  const waiting = computed(() => conversations.unread + missedCalls.count + voicemail.count)

  useTitle(() => {
    const [ringing] = calls.ringing
    if (ringing !== undefined)
      return t('call.titleRinging', { name: nameOf(ringing) || t('call.anonymous') })
    return waiting.value > 0 ? `(${waiting.value}) Handset` : 'Handset'
  })

  watch(waiting, (count) => void setBadge(count), { immediate: true })
  onUnmounted(() => {
    document.title = 'Handset'
    void setBadge(0)
  })
}

/** Not every browser has it, nor every page the right to it. */
async function setBadge(count: number): Promise<void> {
  try {
    if ('setAppBadge' in navigator) await navigator.setAppBadge(count)
  } catch {
    // nobody misses what they have not seen
  }
}
