import type { components } from './contract'
import { call } from './http'

export type DecisionTable = components['schemas']['DecisionTable']
export type Template = components['schemas']['Template']
export type Amended = components['schemas']['Amended']

export interface Amendment {
  tables?: { file: string; decision: string; rows: string[][] }[]
  templates?: { file: string; text: string }[]
}

const at = (key: string, version: number): string => `/definitions/${encodeURIComponent(key)}/versions/${version}`

export async function readTables(key: string, version: number): Promise<DecisionTable[]> {
  return (await call<{ items: DecisionTable[] }>(`${at(key, version)}/tables`)).body.items
}

export async function readTemplates(key: string, version: number): Promise<Template[]> {
  return (await call<{ items: Template[] }>(`${at(key, version)}/templates`)).body.items
}

/** Change tables or templates of the newest version: only checked, or handed in for somebody else to publish. */
export async function amend(key: string, version: number, change: Amendment, checkOnly: boolean): Promise<Amended> {
  return (await call<Amended>(`${at(key, version)}/amendments`, { method: 'POST', body: { ...change, check_only: checkOnly } })).body
}

/** A template filled with samples, as a PDF. */
export async function previewTemplate(key: string, version: number, file: string, text: string): Promise<Blob> {
  return (await call<Blob>(`${at(key, version)}/templates/preview`, { method: 'POST', body: { file, text } })).body
}
