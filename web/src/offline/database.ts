import type { Keep, Waiting } from './waiting'

const NAME = 'bihuan'
const VERSION = 1
const WAITING = 'waiting'
const KNOWN = 'known'

let opened: Promise<IDBDatabase> | null = null

/** The database of this device, opened once. */
function open(): Promise<IDBDatabase> {
  opened ??= new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, VERSION)
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore(WAITING, { keyPath: 'id' }).createIndex('account', 'account')
      asked.result.createObjectStore(KNOWN)
    }
    asked.onsuccess = () => done(asked.result)
    asked.onerror = () => {
      opened = null
      failed(asked.error)
    }
  })
  return opened
}

async function ask<T>(store: string, mode: IDBTransactionMode, what: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open()
  return new Promise((done, failed) => {
    const transaction = database.transaction(store, mode)
    const asked = what(transaction.objectStore(store))
    // Only when the whole is written: what is shown as kept is kept.
    transaction.oncomplete = () => done(asked.result)
    transaction.onabort = transaction.onerror = () => failed(transaction.error)
  })
}

const known = (account: string, name: string): string => `${account}/${name}`

/** Keeps on this device, in IndexedDB. */
export const onDevice: Keep = {
  async all(account) {
    const found = await ask<Waiting[]>(WAITING, 'readonly', (store) => store.index('account').getAll(account))
    return found.sort((one, other) => one.made_at.localeCompare(other.made_at))
  },
  put: async (waiting) => void (await ask(WAITING, 'readwrite', (store) => store.put(waiting))),
  drop: async (id) => void (await ask(WAITING, 'readwrite', (store) => store.delete(id))),
  recall: async <T>(account: string, name: string) =>
    ((await ask<T | undefined>(KNOWN, 'readonly', (store) => store.get(known(account, name)))) ?? null) as T | null,
  remember: async (account, name, value) =>
    void (await ask(KNOWN, 'readwrite', (store) => store.put(value, known(account, name)))),
  unlearn: async (account, name) => void (await ask(KNOWN, 'readwrite', (store) => store.delete(known(account, name)))),
  async forget(account) {
    for (const waiting of await this.all(account)) await this.drop(waiting.id)
    await ask(KNOWN, 'readwrite', (store) => store.delete(IDBKeyRange.bound(`${account}/`, `${account}/\uffff`)))
  },
}
