import type { components } from './contract'
import { call } from './http'

export type Step = components['schemas']['Step']
export type StepValue = components['schemas']['StepValue']
export type StepTask = components['schemas']['StepTask']
export type Access = components['schemas']['Access']
export type Grant = components['schemas']['Grant']
export type SecurityEvent = components['schemas']['SecurityEventOutput']

export interface Verdict {
  events: number
  is_sound: boolean
  findings: { rule: string; seq: number | null; place: string | null; message: string }[]
}

const at = (id: string): string => encodeURIComponent(id)

export async function readStep(id: string, seq: number, signal?: AbortSignal): Promise<Step> {
  return (await call<Step>(`/audit/cases/${at(id)}/steps/${seq}`, { signal })).body
}

/** 核验 or 复演 a case. */
export async function prove(id: string, how: 'verify' | 'replay'): Promise<Verdict> {
  return (await call<Verdict>(`/audit/cases/${at(id)}/${how}`)).body
}

export interface AccessQuery {
  case_id?: string
  person?: string
  before?: string | null
}

export async function readAccess(query: AccessQuery, signal?: AbortSignal): Promise<{ items: Access[]; next: string | null }> {
  return (await call<{ items: Access[]; next: string | null }>('/audit/access', { query: { ...query, limit: 50 }, signal })).body
}

export async function readSecurity(cursor: string | null, signal?: AbortSignal): Promise<{ items: SecurityEvent[]; next: string | null }> {
  const query = { cursor, limit: 50 }
  return (await call<{ items: SecurityEvent[]; next: string | null }>('/security-events', { query, signal })).body
}

export async function readGrants(id: string): Promise<Grant[]> {
  return (await call<{ items: Grant[] }>(`/cases/${at(id)}/grants`)).body.items
}

export async function unmaskFor(id: string, reason: string, minutes: number): Promise<void> {
  await call(`/cases/${at(id)}/grants`, { method: 'POST', body: { reason, minutes } })
}

export async function takeBack(grant: string): Promise<void> {
  await call(`/grants/${at(grant)}`, { method: 'DELETE' })
}
