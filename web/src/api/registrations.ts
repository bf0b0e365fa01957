import type { components } from './contract'
import { call } from './http'
import type { Outcome, Values } from './tasks'

export type Registration = components['schemas']['Registration']

/** What the caller may register. */
export async function readRegistrations(): Promise<Registration[]> {
  return (await call<{ items: Registration[] }>('/registrations')).body.items
}

/** Start a case; its id. The same key again gives the same case. */
export async function startCase(
  given: { process: string; version: number; variables: Values },
  key: string,
): Promise<string> {
  const body = { key: given.process, version: given.version, variables: given.variables }
  return (await call<Outcome>('/cases', { method: 'POST', body, key })).body.case_id
}
