import { call, freshKey, type Answer } from './http'

/** An earlier step, and whether the task may go back to it. */
export interface Target {
  element: string
  name: string
  seq: number
  actor: string
  legal: boolean
  rule: string
  reason: string
}

export interface TaskPage {
  id: string
  case_id: string
  element: string
  name: string
  process: string
  status: 'open' | 'claimed' | 'held'
  assignee: string | null
  owner: string | null
  candidate_groups: string[]
  candidate_users: string[]
  created_at: string
  due_at: string | null
  priority: number
  urged: number
  mine: boolean
  claimable: boolean
  form: Record<string, unknown> | null
  data: Record<string, unknown>
  masked: string[]
  targets: Target[]
}

export interface Outcome {
  case_id: string
  seq: number
  status: 'active' | 'suspended' | 'completed' | 'cancelled'
  repeated: boolean
}

/** The verbs of handling and what each takes. */
export interface Verbs {
  claim: Record<string, never>
  unclaim: Record<string, never>
  complete: { variables: Record<string, unknown> }
  return: { to?: string; mode: 'redo' | 'back'; reason: string }
  recall: { reason?: string }
  transfer: { to: string; reason?: string; superior?: boolean }
  delegate: { to: string; reason?: string }
  'add-sign': { users: string[]; mode: 'before' | 'after' | 'beside'; ordered?: boolean; reason?: string }
  'remove-sign': { user: string }
  urge: { message?: string }
  copy: { users: string[] }
  extend: { more?: string; due_at?: string; reason: string }
}

export type Verb = keyof Verbs

/** A task with its form, its values and where it may be returned to. */
export function readTask(id: string, signal?: AbortSignal): Promise<Answer<TaskPage>> {
  return call<TaskPage>(`/tasks/${encodeURIComponent(id)}`, { signal })
}

/** Do something with a task. `key` makes trying again safe. */
export function act<V extends Verb>(
  id: string,
  verb: V,
  given: Verbs[V],
  options: { key?: string; etag?: string | null } = {},
): Promise<Answer<Outcome>> {
  const bare = verb === 'claim' || verb === 'unclaim'
  return call<Outcome>(`/tasks/${encodeURIComponent(id)}/${verb}`, {
    method: 'POST',
    body: bare ? undefined : given,
    key: options.key ?? freshKey(),
    etag: options.etag,
  })
}
