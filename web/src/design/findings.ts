import type { Finding } from '@/api/deployments'
import { kindOf } from './differences'

/** Findings, the errors first, then the diagrams before tables and forms, by file and line. */
export function inOrder(findings: Finding[]): Finding[] {
  const rank = (one: Finding): number => (one.severity === 'error' ? 0 : 1)
  const place = (one: Finding): number => ['diagram', 'table', 'form', 'other'].indexOf(kindOf(one.file ?? ''))
  return [...findings].sort(
    (one, other) => rank(one) - rank(other) || place(one) - place(other) || (one.file ?? '').localeCompare(other.file ?? '') || (one.line ?? 0) - (other.line ?? 0),
  )
}

/** What to paint on the elements of one file. */
export function marksOf(findings: Finding[], file: string): Record<string, string[]> {
  const found: Record<string, string[]> = {}
  for (const one of inOrder(findings)) {
    if (one.file === file && one.element) found[one.element] ??= [one.severity === 'error' ? 'fault' : 'doubt']
  }
  return found
}

/** By element of one file: how many errors and warnings stand there. */
export function countsOf(findings: Finding[], file: string): Record<string, { errors: number; warnings: number }> {
  const found: Record<string, { errors: number; warnings: number }> = {}
  for (const one of findings) {
    if (one.file !== file || !one.element) continue
    const count = (found[one.element] ??= { errors: 0, warnings: 0 })
    count[one.severity === 'error' ? 'errors' : 'warnings'] += 1
  }
  return found
}

/** The lines of a text around one, numbered. */
export function excerpt(text: string, line: number, around = 2): { number: number; text: string }[] {
  const lines = text.split(/\r?\n/)
  const from = Math.max(1, line - around)
  return lines.slice(from - 1, line + around).map((one, place) => ({ number: from + place, text: one }))
}
