import { defineStore } from 'pinia'
import { reactive } from 'vue'
import { readNames } from '@/api/directory'

const MOST = 100

/** Names of people and units by their ids, asked for together and once. */
export const useNames = defineStore('names', () => {
  const known = reactive<Record<string, string>>({})
  const asked = new Set<string>()
  let waiting: string[] = []

  /** The name of an id; the id itself until the name is there, and for whoever has none. */
  function name(id: string | null | undefined): string {
    if (!id) return ''
    if (!(id in known) && !asked.has(id)) want(id)
    return known[id] ?? id
  }

  /** The name of an id, asked for now. */
  async function learn(id: string): Promise<string> {
    if (!(id in known)) Object.assign(known, await readNames([id]).catch(() => ({})))
    return known[id] ?? id
  }

  function want(id: string): void {
    asked.add(id)
    if (waiting.push(id) === 1) queueMicrotask(ask)
  }

  async function ask(): Promise<void> {
    const ids = waiting
    waiting = []
    for (let from = 0; from < ids.length; from += MOST) {
      const some = ids.slice(from, from + MOST)
      try {
        Object.assign(known, await readNames(some))
      } catch {
        // The ids stay; the next page that shows them asks again.
        for (const id of some) asked.delete(id)
        return
      }
    }
  }

  /** Whom a candidate group is, as far as its words tell: `unit:qh01/mediator`. */
  function group(text: string): string {
    const unit = /^unit:([^/]+)/.exec(text)?.[1]
    return unit ? name(unit) : ''
  }

  return { name, learn, group }
})
