/** Takes the link that the page was opened with, once. */
import { watch } from 'vue'
import { useRouter } from 'vue-router'
import { useDial } from '@/stores/dial'
import { useNotice } from '@/stores/notice'
import { LINK_PATH, meaningOf } from './links'

export function useLinks(): void {
  const dial = useDial()
  const notice = useNotice()
  const router = useRouter()

  watch(
    router.currentRoute,
    (route) => {
      if (route.path !== LINK_PATH) return
      const meaning = meaningOf(String(route.query.link ?? ''))
      if ('target' in meaning) dial.text = meaning.target
      else notice.tell(meaning.problem)
      void router.replace('/phone')
    },
    { immediate: true },
  )
}
