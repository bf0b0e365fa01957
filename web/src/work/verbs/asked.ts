import type { Verb } from '@/api/tasks'

/** What a dialog asks for. `label` and `hint` are keys of the catalogue. */
export interface Asked {
  name: string
  kind: 'person' | 'people' | 'reason' | 'choice' | 'span' | 'moment'
  label: string
  required?: boolean
  options?: { value: string; label: string }[]
  longest?: number
}

export type AskedVerb = Exclude<Verb, 'claim' | 'unclaim' | 'complete' | 'return'>

const WHY: Asked = { name: 'reason', kind: 'reason', label: 'verb.reason' }
const TO: Asked = { name: 'to', kind: 'person', label: 'verb.to', required: true }

/** What each verb asks for. limited: whether the task has a limit, whose units an extension is counted in. */
export function askedFor(verb: AskedVerb, limited: boolean): Asked[] {
  switch (verb) {
    case 'transfer':
    case 'delegate':
      return [TO, WHY]
    case 'add-sign':
      return [
        { name: 'users', kind: 'people', label: 'verb.whom', required: true },
        {
          name: 'mode',
          kind: 'choice',
          label: 'sign.when',
          required: true,
          options: ['before', 'after', 'beside'].map((value) => ({ value, label: `sign.${value}` })),
        },
        WHY,
      ]
    case 'remove-sign':
      return [{ name: 'user', kind: 'person', label: 'sign.who', required: true }]
    case 'urge':
      return [{ name: 'message', kind: 'reason', label: 'verb.message', longest: 500 }]
    case 'copy':
      return [{ name: 'users', kind: 'people', label: 'verb.whom', required: true }]
    case 'extend':
      return [
        limited
          ? { name: 'more', kind: 'span', label: 'extend.more', required: true }
          : { name: 'due_at', kind: 'moment', label: 'extend.until', required: true },
        { ...WHY, required: true },
      ]
    case 'recall':
      return [WHY]
  }
}

/** What was given, without what was left empty; null while something needed is missing. */
export function given(asked: Asked[], entered: Record<string, unknown>): Record<string, unknown> | null {
  const found: Record<string, unknown> = {}
  for (const { name, required } of asked) {
    const value = entered[name]
    const bare = typeof value === 'string' ? value.trim() : value
    const empty = bare === undefined || bare === null || bare === '' || (Array.isArray(bare) && bare.length === 0)
    if (empty && required) return null
    if (!empty) found[name] = bare
  }
  return found
}
