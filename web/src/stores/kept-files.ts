/** What this browser keeps and cannot be written as text: files, and leave to use a folder. */

const DATABASE = 'handset'
const STORE = 'files'

/** Rejects where storage is refused or full. */
export const keepFile = (key: string, value: unknown) =>
  inStore<unknown>('readwrite', (store) => store.put(value, key))

/** Rejects where storage is refused. */
export const dropFile = (key: string) => inStore<unknown>('readwrite', (store) => store.delete(key))

/** Undefined if there is none; rejects where storage is refused. */
export const keptFile = <Value>(key: string) =>
  inStore<Value | undefined>('readonly', (store) => store.get(key))

async function inStore<Result>(
  mode: IDBTransactionMode,
  request: (store: IDBObjectStore) => IDBRequest,
): Promise<Result> {
  const opening = indexedDB.open(DATABASE, 1)
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE)
  const database = await settled<IDBDatabase>(opening)
  try {
    return await settled<Result>(request(database.transaction(STORE, mode).objectStore(STORE)))
  } finally {
    database.close()
  }
}

function settled<Result>(request: IDBRequest): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result as Result)
    request.onerror = () => reject(request.error ?? new Error('storage'))
  })
}
