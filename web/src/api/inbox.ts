import { call, type Answer } from './http'
import type { components } from './contract'

export type InboxRow = components['schemas']['InboxRow']
export type Counts = components['schemas']['Counts']
export type Box = keyof Counts
export type Sort = 'due' | 'created' | 'grade' | 'priority'

export const BOXES: readonly Box[] = ['todo', 'claimable', 'due_soon', 'overdue', 'done', 'cc', 'started']

/** Boxes whose rows are cases or past work, in the order of their time alone. */
export const PAST: readonly Box[] = ['done', 'cc', 'started']

export interface Filters {
  flow?: string
  step?: string
  grade?: string
  category?: string
  unit?: string
  grid?: string
  text?: string
}

export interface Page {
  items: InboxRow[]
  next: string | null
}

/** A page of a box. */
export async function readBox(
  box: Box,
  filters: Filters,
  sort: Sort | null,
  cursor: string | null,
  signal?: AbortSignal,
): Promise<Page> {
  const query = { box, ...filters, sort: PAST.includes(box) ? null : sort, cursor, limit: 50 }
  return (await call<Page>('/tasks', { query, signal })).body
}

/** How many rows each box has; status 304 while nothing has changed. */
export function readCounts(etag: string | null): Promise<Answer<Counts>> {
  return call<Counts>('/tasks/counts', { etag })
}

/** The most urgent task one may take. */
export async function readNext(): Promise<InboxRow | null> {
  return (await call<{ task: InboxRow | null }>('/tasks/next')).body.task
}

export interface ItemResult {
  task: string
  status: number
  outcome: unknown
  problem: { detail?: string } | null
}

/** The same verb for several tasks; what came of each. */
export async function batch(
  verb: 'claim' | 'urge' | 'transfer',
  tasks: string[],
  given: Record<string, unknown> = {},
): Promise<ItemResult[]> {
  const body = { tasks, ...given }
  return (await call<{ results: ItemResult[] }>(`/tasks/batch/${verb}`, { method: 'POST', body })).body.results
}
