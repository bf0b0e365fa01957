import type { CaseRow } from './cases'
import type { components } from './contract'
import { call } from './http'

export type Report = components['schemas']['Report']
export type Table = Report['tables'][number]
export type Statement = Report['statement']
export type Unit = components['schemas']['Unit']

export interface Rate {
  part: number
  whole: number
  share: number | null
  text: string
}

/** A row: its key, and cells by the names of columns; null is what may not be shown or is not there. */
export type Row = { key: string } & Record<string, string | number | Rate | null>

/** What a report is asked for. */
export interface Asked {
  period: string
  unit?: string
  flow?: string
  /** A category at any level, as its code says. */
  category?: string
}

export interface Behind {
  rows: CaseRow[]
  next: string | null
}

export async function readReport(name: string, asked: Asked & { step?: string; definition?: string }, signal?: AbortSignal): Promise<Report> {
  return (await call<Report>(`/reports/${name}`, { query: { ...asked }, signal })).body
}

/** The cases behind a number: its part, or with rest those of the whole that are not in it. */
export async function readBehind(asked: Asked, indicator: string, rest: boolean, cursor: string | null): Promise<Behind> {
  return (await call<Behind>('/reports/cases', { query: { ...asked, indicator, rest: rest || undefined, cursor, limit: 30 } })).body
}

export async function readUnitsOf(level: string): Promise<Unit[]> {
  return (await call<{ items: Unit[] }>('/directory/units', { query: { level, limit: 2000 } })).body.items
}

/** The rows of a table of a report. */
export function rowsOf(report: Report | null, name: string): Row[] {
  return (report?.tables.find((one) => one.name === name)?.rows ?? []) as Row[]
}

export function isRate(cell: unknown): cell is Rate {
  return typeof cell === 'object' && cell !== null && 'share' in cell
}
