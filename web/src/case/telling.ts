import type { Word } from '@/api/cases'
import { moment } from '@/time'

/** A value of a case told for reading: a text, a list of texts, or a table of records. */
export type Telling =
  | { kind: 'text'; text: string }
  | { kind: 'list'; items: string[] }
  | { kind: 'records'; records: { name: string; telling: Telling }[][] }

export interface Entry {
  path: string
  label: string
  telling: Telling
  masked: boolean
}

/** How values are said that no form has a word for. name: of a unit or a person. */
export interface Saying {
  yes: string
  no: string
  name: (id: string) => string
}

/** The variables of every case that hold the id of a unit or a person. */
const IDS = new Set(['grid', 'village', 'town', 'owner_unit', 'owner_user'])

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?$/

/** The words with the options that stand in the case itself instead of in a form. */
export function withOptions(words: Record<string, Word>, values: Record<string, unknown>): Record<string, Word> {
  const found: Record<string, Word> = {}
  for (const [path, word] of Object.entries(words)) {
    const listed = word.source ? values[word.source] : undefined
    const pairs = Array.isArray(listed) ? (listed as { label?: unknown; value?: unknown }[]) : []
    const options = Object.fromEntries(pairs.map((pair) => [String(pair?.value), String(pair?.label ?? pair?.value)]))
    found[path] = { ...word, options: { ...options, ...word.options } }
  }
  return found
}

/** The entries of a case's values that the forms have a word for, in the order of the forms. */
export function entries(
  values: Record<string, unknown>,
  words: Record<string, Word>,
  masked: Record<string, unknown>,
  say: Saying,
): Entry[] {
  const hidden = Object.keys(masked)
  const found: Entry[] = []
  for (const [path, word] of Object.entries(words)) {
    if (path.includes('.') || !(path in values)) continue
    const value = values[path]
    if (value === null || value === '' || (Array.isArray(value) && value.length === 0)) continue
    found.push({
      path,
      label: word.label,
      telling: tell(value, path, words, say),
      masked: hidden.some((one) => one === path || one.startsWith(`${path}.`) || one.startsWith(`${path}[`)),
    })
  }
  return found
}

export function tell(value: unknown, path: string, words: Record<string, Word>, say: Saying): Telling {
  const options = words[path]?.options ?? {}
  if (Array.isArray(value)) {
    if (value.some((one) => typeof one === 'object' && one !== null)) {
      return { kind: 'records', records: value.map((one) => record(one, path, words, say)) }
    }
    return { kind: 'list', items: value.map((one) => options[String(one)] ?? plain(one, say)) }
  }
  if (typeof value === 'object' && value !== null) return { kind: 'records', records: [record(value, path, words, say)] }
  return { kind: 'text', text: options[String(value)] ?? (IDS.has(path) && typeof value === 'string' ? say.name(value) : plain(value, say)) }
}

/** A text that lists keep of a case as the forms word it: one option, or several from wide to narrow. */
export function worded(text: string, word: Word | undefined): string {
  const options = word?.options ?? {}
  // A category's code is known as a whole: it says those above too.
  if (options[text]) return options[text]
  return text
    .split('/')
    .map((one) => options[one] ?? one)
    .join('/')
}

function record(value: unknown, path: string, words: Record<string, Word>, say: Saying): { name: string; telling: Telling }[] {
  if (typeof value !== 'object' || value === null) {
    return [{ name: '', telling: { kind: 'text', text: plain(value, say) } }]
  }
  return Object.entries(value)
    .filter(([, one]) => one !== null && one !== '')
    .map(([name, one]) => ({
      name: words[`${path}.${name}`]?.label ?? words[name]?.label ?? name,
      telling: tell(one, `${path}.${name}`, words, say),
    }))
}

function plain(value: unknown, say: Saying): string {
  if (typeof value === 'boolean') return value ? say.yes : say.no
  if (typeof value === 'string') return INSTANT.test(value) ? moment(value) : value
  return value === null || value === undefined ? '—' : String(value)
}
