/** Where files are saved: in a folder that the person chose, where the browser knows such, or where it saves all. */
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { fileAddress } from '@/api/file-operations'
import type { SharedFile } from '@/api/types'
import { dropFile, keepFile, keptFile } from './kept-files'
import { useNotice } from './notice'

const KEY = 'download-folder'
const MOST_NUMBERS = 1000

export const useDownloads = defineStore('downloads', () => {
  const notice = useNotice()
  const isPossible = 'showDirectoryPicker' in window
  const folder = shallowRef<FileSystemDirectoryHandle | null>(null)
  /** The last file that was saved, and under which name. */
  const saved = ref<{ url: string; name: string } | null>(null)

  async function load(): Promise<void> {
    try {
      folder.value = (await keptFile<FileSystemDirectoryHandle>(KEY)) ?? null
    } catch {
      folder.value = null // this browser keeps nothing
    }
  }

  async function choose(): Promise<void> {
    try {
      folder.value = await window.showDirectoryPicker({ id: 'handset', mode: 'readwrite' })
      await keepFile(KEY, folder.value)
    } catch (error) {
      if (!(error instanceof DOMException)) throw error // nothing was chosen, or is not kept
    }
  }

  async function forget(): Promise<void> {
    folder.value = null
    await dropFile(KEY).catch(() => undefined)
  }

  /** Whether the folder takes the file; otherwise the browser shall save it. */
  async function takes(): Promise<boolean> {
    if (folder.value === null) return false
    try {
      const mode = { mode: 'readwrite' } as const
      if ((await folder.value.queryPermission(mode)) === 'granted') return true
      return (await folder.value.requestPermission(mode)) === 'granted'
    } catch {
      return false // the folder is gone
    }
  }

  /** Until the page is opened again. */
  function letGo(): void {
    folder.value = null
  }

  async function save(file: SharedFile): Promise<void> {
    const into = folder.value
    if (into === null) return
    saved.value = null
    const answer = await fetch(fileAddress(file, 'attachment'))
    if (!answer.ok || answer.body === null) {
      notice.tell('download_failed')
      return
    }
    try {
      const name = await freeName(into, file.name)
      const handle = await into.getFileHandle(name, { create: true })
      await answer.body.pipeTo(await handle.createWritable())
      saved.value = { url: file.url, name }
    } catch {
      notice.tell('download_failed')
    }
  }

  return { isPossible, folder, saved, load, choose, forget, takes, letGo, save }
})

/** "report (2).pdf" where there is a "report.pdf". Names have no slashes: the contract sees to that. */
async function freeName(folder: FileSystemDirectoryHandle, name: string): Promise<string> {
  const dot = name.lastIndexOf('.')
  const [stem, suffix] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, '']
  for (let number = 1; number < MOST_NUMBERS; number++) {
    const free = number === 1 ? name : `${stem} (${number})${suffix}`
    try {
      await folder.getFileHandle(free)
    } catch {
      return free
    }
  }
  return `${stem} ${Date.now()}${suffix}`
}
