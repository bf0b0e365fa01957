import type { components } from './contract'
import { call, freshKey, type Answer } from './http'

export type Target = components['schemas']['Target']
export type TaskPage = components['schemas']['TaskPage']
export type Outcome = components['schemas']['Outcome']
export type Values = Record<string, unknown>

/** The verbs of handling and what each takes. */
export interface Verbs {
  claim: Record<string, never>
  unclaim: Record<string, never>
  complete: { variables: Values }
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
export async function readTask(id: string, signal?: AbortSignal): Promise<TaskPage> {
  return (await call<TaskPage>(`/tasks/${encodeURIComponent(id)}`, { signal })).body
}

/** Do something with a task. `key` makes trying again safe. */
export function act<V extends Verb>(id: string, verb: V, given: Verbs[V], key = freshKey()): Promise<Answer<Outcome>> {
  const bare = verb === 'claim' || verb === 'unclaim'
  const body = bare ? undefined : given
  return call<Outcome>(`/tasks/${encodeURIComponent(id)}/${verb}`, { method: 'POST', body, key })
}

export interface Draft {
  saved_at: string | null
  values: Values
}

const draftOf = (id: string): string => `/tasks/${encodeURIComponent(id)}/draft`

/** One's own draft of a task's form. */
export async function readDraft(id: string, signal?: AbortSignal): Promise<Draft> {
  return (await call<Draft>(draftOf(id), { signal })).body
}

export async function saveDraft(id: string, values: Values, signal?: AbortSignal): Promise<Draft> {
  return (await call<Draft>(draftOf(id), { method: 'PUT', body: { values }, signal })).body
}

export async function dropDraft(id: string): Promise<void> {
  await call(draftOf(id), { method: 'DELETE' })
}
