import type { Word } from '@/api/cases'

type Component = Record<string, unknown>

/** What the fields of a form are called and what their options mean, by path (`parties.name`), as the server tells of a whole flow. */
export function wordsOf(form: Component): Record<string, Word> {
  return Object.fromEntries(words(form, []))
}

function* words(within: Component, above: readonly string[]): Generator<[string, Word]> {
  for (const part of listed(within.components)) {
    const own = [part.key, part.path].find((one): one is string => typeof one === 'string' && one !== '')
    const path = own ? [...above, ...own.split('.')] : above
    const label = part.label ?? part.dateLabel
    if (own && typeof label === 'string' && label) {
      yield [path.join('.'), { label, type: String(part.type ?? ''), source: typeof part.valuesKey === 'string' ? part.valuesKey : '', options: options(part) }]
    }
    yield* words(part, path)
  }
}

function options(part: Component): Record<string, string> {
  return Object.fromEntries(listed(part.values).map((one) => [String(one.value), String(one.label ?? one.value)]))
}

function listed(given: unknown): Component[] {
  return Array.isArray(given) ? given.filter((one): one is Component => typeof one === 'object' && one !== null) : []
}
