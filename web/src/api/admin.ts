import type { components } from './contract'
import { call, freshKey } from './http'

export type Config = components['schemas']['Config']
export type ConfigChange = components['schemas']['ConfigChange']
export type ClockChange = components['schemas']['ClockChange']
export type CalendarDays = components['schemas']['CalendarDays']
export type Incident = components['schemas']['Incident']
export type Stuck = components['schemas']['Stuck']
export type Job = components['schemas']['Job']
export type Timer = components['schemas']['Timer']
export type Account = components['schemas']['AccountOutput']
export type Token = components['schemas']['TokenOutput']
export type Scope = components['schemas']['ScopeOutput']
export type UnitPage = components['schemas']['UnitPage']
export type Unit = components['schemas']['Unit']
export type Substitution = components['schemas']['Substitution']
export type LoggedChange = components['schemas']['LoggedChange']

interface Page<T> {
  items: T[]
  next?: string | number | null
}

const of = encodeURIComponent

async function all<T>(path: string, query: Record<string, string | number | undefined> = {}): Promise<T[]> {
  return (await call<Page<T>>(path, { query })).body.items
}

export async function readConfig(part: string): Promise<Config> {
  return (await call<Config>(`/config/${part}`)).body
}

export async function readRows(part: string): Promise<Record<string, Record<string, unknown>>> {
  return (await call<{ files: Record<string, Record<string, unknown>> }>(`/config/${part}/rows`)).body.files
}

export async function writeConfig(part: string, file: string, text: string, tag: string, reason: string): Promise<ConfigChange> {
  return (await call<ConfigChange>(`/config/${part}/files/${of(file)}`, { method: 'PUT', body: { text, tag, reason } })).body
}

export const readConfigChanges = (): Promise<ConfigChange[]> => all('/config/changes')
export const readClockChanges = (): Promise<ClockChange[]> => all('/clock-changes')

/** Approve or reject what somebody else proposed. */
export async function decide(what: 'config/changes' | 'clock-changes', number: number, how: 'approve' | 'reject'): Promise<void> {
  await call(`/${what}/${number}/${how}`, { method: 'POST' })
}

export async function readDays(calendar: string, year: number): Promise<CalendarDays> {
  return (await call<CalendarDays>(`/calendars/${of(calendar)}/days`, { query: { year } })).body
}

export const readIncidents = (): Promise<Incident[]> => all('/incidents', { limit: 100 })
export const readStuck = (): Promise<Stuck[]> => all('/stuck-work')

export async function retryIncident(id: string): Promise<void> {
  await call(`/incidents/${of(id)}/retry`, { method: 'POST', key: freshKey() })
}

export async function resolveIncident(id: string, reason: string, variables: Record<string, unknown>): Promise<void> {
  await call(`/incidents/${of(id)}/resolve`, { method: 'POST', body: { reason, variables }, key: freshKey() })
}

export async function retryStuck(work: string): Promise<void> {
  await call('/stuck-work/retry', { method: 'POST', body: { work } })
}

export const readJobs = (): Promise<Job[]> => all('/jobs', { limit: 100 })
export const readTimers = (): Promise<Timer[]> => all('/timers', { limit: 100 })

export const readAccounts = (): Promise<Account[]> => all('/accounts', { limit: 200 })
export const readTokens = (): Promise<Token[]> => all('/tokens', { limit: 200 })

export async function changeAccount(id: string, change: { active?: boolean }): Promise<void> {
  await call(`/accounts/${of(id)}`, { method: 'PATCH', body: change })
}

/** Open an account; its one-time password is told in this answer only. */
export async function openAccount(login: string, person: string): Promise<string> {
  return (await call<{ password: string | null }>('/accounts', { method: 'POST', body: { login, person: person || null } })).body.password ?? ''
}

/** A new one-time password; told in this answer only. */
export async function resetPassword(id: string): Promise<string> {
  return (await call<{ password: string | null }>(`/accounts/${of(id)}/password-reset`, { method: 'POST' })).body.password ?? ''
}

export const readScopes = (): Promise<Scope[]> => all('/tokens/scopes')

/** Make a token of a machine; its secret is told in this answer only. */
export async function makeToken(made: { name: string; scopes: string[]; days: number; person: string | null }): Promise<string> {
  return (await call<{ secret?: string }>('/tokens', { method: 'POST', body: made })).body.secret ?? ''
}

export async function revokeToken(id: string): Promise<void> {
  await call(`/tokens/${of(id)}`, { method: 'DELETE' })
}

export const readRoots = (): Promise<Unit[]> => all('/directory/units')

export async function readUnit(id: string): Promise<UnitPage> {
  return (await call<UnitPage>(`/directory/units/${of(id)}`)).body
}

export const readSubstitutions = (person: string): Promise<Substitution[]> => all(`/directory/people/${of(person)}/substitutions`)
export const findUnits = (text: string): Promise<Unit[]> => all('/directory/units', { text, limit: 20 })

/** The latest changes of the directory. */
export const readLatestChanges = (): Promise<LoggedChange[]> => all('/directory/changes', { before: 2 ** 31 - 1, limit: 30 })
export const readDirectoryChanges = (subject: string): Promise<LoggedChange[]> => all('/directory/changes', { subject })

export async function changeDirectory(kind: string, given: Record<string, unknown>, reason: string): Promise<void> {
  await changeDirectories([{ kind, given }], reason)
}

/** Several changes of the directory, all or none. */
export async function changeDirectories(changes: { kind: string; given: Record<string, unknown> }[], reason: string): Promise<void> {
  await call('/directory/changes', { method: 'POST', body: { changes, reason } })
}

export async function handOver(leaving: string, to: string, reason: string): Promise<{ moved: number; refused: unknown[] }> {
  return (await call<{ moved: number; refused: unknown[] }>('/directory/hand-over', { method: 'POST', body: { leaving, to, reason } })).body
}
