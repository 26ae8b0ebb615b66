/** Files that are dragged from outside onto an element, and dropped there. */
import { useDropZone } from '@vueuse/core'
import type { Ref } from 'vue'
import { useUploads } from '@/stores/uploads'

/** Whether something is above it. Without an address nothing is taken. */
export function useFileDrop(
  target: Readonly<Ref<HTMLElement | null>>,
  conversationId: () => string | null,
  onDrop: (conversationId: string) => void = () => undefined,
): Readonly<Ref<boolean>> {
  const uploads = useUploads()
  const { isOverDropZone } = useDropZone(target, {
    onDrop: (files) => {
      const id = conversationId()
      if (id === null || files === null) return
      void uploads.send(id, files)
      onDrop(id)
    },
    checkValidity: (items) =>
      conversationId() !== null && [...items].some(({ kind }) => kind === 'file'),
  })
  return isOverDropZone
}
