/** What waits in the voicemail box, in words. */
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { useVoicemail } from '@/stores/voicemail'

/** What a click does, and what waits. */
export function useVoicemailText() {
  const { t } = useI18n()
  const voicemail = useVoicemail()
  return computed(() => {
    if (!voicemail.isWaiting) return t('phone.voicemail')
    if (voicemail.count === 0) return t('phone.voicemailWaits')
    return t('phone.voicemailCount', { count: voicemail.count }, voicemail.count)
  })
}
