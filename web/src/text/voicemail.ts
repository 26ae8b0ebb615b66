/** The voicemail box in words, and the click that plays it. */
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { useDial } from '@/stores/dial'
import { useVoicemail } from '@/stores/voicemail'

/** What the click does, with what waits; and the click. */
export function useVoicemailCall() {
  const { t } = useI18n()
  const dial = useDial()
  const voicemail = useVoicemail()

  const label = computed(() => {
    if (!voicemail.isWaiting) return t('phone.voicemail')
    if (voicemail.count === 0) return t('phone.voicemailWaits')
    return t('phone.voicemailCount', { count: voicemail.count }, voicemail.count)
  })

  function play(): void {
    if (voicemail.number !== null) void dial.call(voicemail.number)
  }

  return { label, play }
}
