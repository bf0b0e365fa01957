import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { PAST, readBox, readCounts, type Box, type Counts, type Filters, type InboxRow, type Sort } from '@/api/inbox'
import { Problem } from '@/api/problem'

/** The boxes: the rows of the one that is open, and the counts of all. */
export const useInbox = defineStore('inbox', () => {
  const box = ref<Box>('todo')
  const filters = ref<Filters>({})
  const sort = ref<Sort>('due')
  const rows = shallowRef<InboxRow[]>([])
  const next = ref<string | null>(null)
  const counts = ref<Counts | null>(null)
  const busy = ref(false)
  const failure = ref<unknown>(null)

  let reading: AbortController | null = null
  let tag: string | null = null
  // Rows that were opened, for those that are not in the list any more, or not yet.
  const opened = new Map<string, InboxRow>()

  const narrowed = computed(() => Object.values(filters.value).some(Boolean))
  const past = computed(() => PAST.includes(box.value))

  /** Read the open box from its beginning. `quietly` keeps what is shown until the answer is there. */
  async function load(quietly = false): Promise<void> {
    reading?.abort()
    const mine = (reading = new AbortController())
    busy.value = true
    failure.value = null
    if (!quietly) rows.value = []
    try {
      const page = await readBox(box.value, filters.value, sort.value, null, mine.signal)
      rows.value = page.items
      next.value = page.next
    } catch (error) {
      if (mine.signal.aborted) return
      failure.value = error
    } finally {
      if (reading === mine) busy.value = false
    }
  }

  /** Read on where the last page ended. */
  async function more(): Promise<void> {
    if (!next.value || busy.value) return
    busy.value = true
    try {
      const page = await readBox(box.value, filters.value, sort.value, next.value, reading?.signal)
      const known = new Set(rows.value.map(keyOf))
      rows.value = [...rows.value, ...page.items.filter((row) => !known.has(keyOf(row)))]
      next.value = page.next
    } catch (error) {
      if (!reading?.signal.aborted) failure.value = error
    } finally {
      busy.value = false
    }
  }

  /**
   * Ask for the counts; when they changed, so did the box, which is read again in silence. `told`: it has changed for
   * certain, though as much may have come as went.
   */
  async function count(told = false): Promise<void> {
    try {
      const answer = await readCounts(tag)
      const first = counts.value === null
      if (answer.status !== 304) {
        tag = answer.etag
        counts.value = answer.body
      }
      if (told || (answer.status !== 304 && !first)) await load(true)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
    }
  }

  /** Show only what the filters let through. */
  function narrow(wanted: Filters): void {
    filters.value = wanted
    void load()
  }

  function order(by: Sort): void {
    sort.value = by
    void load()
  }

  function see(row: InboxRow): void {
    opened.set(keyOf(row), row)
  }

  /** A row that was shown before. */
  function seen(key: string | null): InboxRow | null {
    return key === null ? null : (opened.get(key) ?? null)
  }

  /** Take a row out of what is shown; gives back what undoes that. */
  function drop(key: string): () => void {
    const before = rows.value
    const row = before.find((one) => keyOf(one) === key)
    if (row) see(row)
    rows.value = before.filter((row) => keyOf(row) !== key)
    return () => (rows.value = before)
  }

  return {
    box, filters, sort, rows, next, counts, busy, failure, narrowed, past, load, more, narrow, order, count, see, seen, drop }
})

/** What names a row: its task, or its case in the boxes of cases. */
export function keyOf(row: InboxRow): string {
  return row.id ?? row.case_id
}
