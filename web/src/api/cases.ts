import type { components } from './contract'
import { call, freshKey, type Answer } from './http'
import type { Outcome } from './tasks'

export type CasePage = components['schemas']['CasePage']
export type Told = components['schemas']['Told']
export type Diagram = components['schemas']['Diagram']
export type Clock = components['schemas']['Clock']
export type OpenTask = components['schemas']['OpenTask']
export type Comment = components['schemas']['Comment']
export type Attachment = components['schemas']['Attachment']
export type Link = components['schemas']['Link']
export type CaseRow = components['schemas']['CaseRow']

export interface Word {
  label: string
  type: string
  /** The variable that lists the options, where the form does not. */
  source: string
  options: Record<string, string>
}

const at = (id: string): string => `/cases/${encodeURIComponent(id)}`

export async function readCase(id: string, signal?: AbortSignal): Promise<CasePage> {
  return (await call<CasePage>(at(id), { signal })).body
}

export async function readDiagrams(id: string): Promise<Diagram[]> {
  return (await call<{ items: Diagram[] }>(`${at(id)}/diagram`)).body.items
}

export async function readHistory(id: string, after: number): Promise<Told[]> {
  return (await call<{ items: Told[] }>(`${at(id)}/history`, { query: { after, limit: 200 } })).body.items
}

const words = new Map<string, Promise<Record<string, Word>>>()

/** What the variables of a version of a process are called; asked for once, for versions never change. */
export function readWords(key: string, version: number): Promise<Record<string, Word>> {
  const name = `${key}/versions/${version}`
  let found = words.get(name)
  if (!found) {
    found = call<{ items: Record<string, Word> }>(`/definitions/${name}/words`).then((answer) => answer.body.items)
    found.catch(() => words.delete(name))
    words.set(name, found)
  }
  return found
}

export interface Said {
  text: string
  to: string[]
  audience: 'case' | 'unit' | 'mediators'
  unit?: string
}

export async function comment(id: string, said: Said, key: string): Promise<void> {
  await call(`${at(id)}/comments`, { method: 'POST', body: said, key })
}

export async function attach(id: string, file: File, kind: string, key: string): Promise<void> {
  const form = new FormData()
  form.append('file', file, file.name)
  form.append('kind', kind)
  await call(`${at(id)}/attachments`, { method: 'POST', form, key })
}

export async function hideAttachment(id: string, number: number, reason: string): Promise<void> {
  await call(`${at(id)}/attachments/${number}`, { method: 'DELETE', body: { reason }, key: freshKey() })
}

export function fileAddress(id: string, number: number, download = false): string {
  return `/api/v1${at(id)}/attachments/${number}${download ? '?download=1' : ''}`
}

export async function link(id: string, other: string, kind: string, reason: string): Promise<void> {
  await call(`${at(id)}/links`, { method: 'POST', body: { other, kind, reason }, key: freshKey() })
}

export async function unmask(id: string, reason: string): Promise<void> {
  await call(`${at(id)}/grants`, { method: 'POST', body: { reason } })
}

/** 挂起 and 恢复, 撤销. */
export function command(
  id: string,
  kind: 'suspend' | 'resume' | 'cancel',
  given: Record<string, unknown>,
): Promise<Answer<Outcome>> {
  const body = kind === 'resume' ? undefined : given
  return call<Outcome>(`${at(id)}/commands/${kind}`, { method: 'POST', body, key: freshKey() })
}

export interface CaseFilters {
  text?: string
  flow?: string
  grade?: string
  lifecycle?: string
  /** With those below it. */
  category?: string
  /** An area: its cases and those below it. */
  grid?: string
  sort?: 'started' | 'due'
}

export interface CaseList {
  items: CaseRow[]
  next: string | null
}

export async function findCases(filters: CaseFilters, cursor: string | null, signal?: AbortSignal): Promise<CaseList> {
  return (await call<CaseList>('/cases', { query: { ...filters, cursor, limit: 50 }, signal })).body
}
