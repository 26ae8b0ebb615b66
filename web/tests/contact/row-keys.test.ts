import { describe, expect, it, vi } from 'vitest'
import { createApp, h, nextTick, ref } from 'vue'
import { useRowKeys } from '@/components/contact/row-keys'

const NAMES = ['Anna', 'Ben', 'Bob', 'Carol', 'Örn', 'Zoë']

/** A list that has in the page only what it must: the first two rows, and those that are kept. */
function listOf(names: string[]) {
  const list = ref<HTMLElement | null>(null)
  const approach = vi.fn()
  const keys = useRowKeys({ list, ids: () => names, nameOf: (id) => id, approach })
  const row = (name: string) =>
    h('div', { 'data-row': name, key: name }, [h('button', name), h('button', `call ${name}`)])
  const root = document.body.appendChild(document.createElement('div'))
  const app = createApp(() =>
    h(
      'div',
      { ref: list, onKeydown: keys.press, onFocusin: keys.note },
      names.flatMap((name, at) => (at < 2 || keys.kept.value.includes(at) ? [row(name)] : [])),
    ),
  )
  app.mount(root)
  const press = async (key: string) => {
    const options = { key, bubbles: true, cancelable: true }
    document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', options))
    await nextTick()
    await nextTick()
    return document.activeElement?.textContent
  }
  root.querySelector('button')?.focus()
  return { press, keys, approach }
}

describe('keys in a list', () => {
  it('go up and down, and along a row', async () => {
    const { press } = listOf(NAMES)
    expect(await press('ArrowDown')).toBe('Ben')
    expect(await press('ArrowRight')).toBe('call Ben')
    expect(await press('ArrowDown')).toBe('call Bob')
    expect(await press('ArrowLeft')).toBe('Bob')
    expect(await press('ArrowUp')).toBe('Ben')
  })

  it('reach rows that are not in the page', async () => {
    const { press, keys } = listOf(NAMES)
    expect(await press('End')).toBe('Zoë')
    expect(keys.entry.value).toBe('Zoë')
    expect(await press('Home')).toBe('Anna')
    expect(await press('ArrowUp')).toBe('Anna')
  })

  it('find the next name by its letter, whatever its accent', async () => {
    const { press } = listOf(NAMES)
    expect(await press('b')).toBe('Ben')
    expect(await press('b')).toBe('Bob')
    expect(await press('b')).toBe('Ben')
    expect(await press('o')).toBe('Örn')
    expect(await press('x')).toBe('Örn')
  })
})
