/** Goes to the conversation with somebody, from wherever their name stands. */
import { useRouter } from 'vue-router'

export function useOpenChat() {
  const router = useRouter()
  return (jid: string): void => {
    void router.push({ name: 'chat', params: { id: jid } })
  }
}
