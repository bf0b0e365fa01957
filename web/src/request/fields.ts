import type { Field } from './api'
import { say } from './words'

export type Given = Record<string, string | boolean>

/** Whether a field is hidden. Conditions of this form are of the kind `=anonymous = true`; any other shows the field. */
export function hidden(field: Field, given: Given): boolean {
  const found = /^=\s*(\w+)\s*=\s*(true|"(\w*)")\s*$/.exec(field.conditional?.hide ?? '')
  if (!found) return false
  return found[2] === 'true' ? given[found[1]!] === true : given[found[1]!] === found[3]
}

/** What is wrong with what was given, by field. The server looks again. */
export function complaints(fields: readonly Field[], given: Given): Record<string, string> {
  const found: Record<string, string> = {}
  for (const field of fields) {
    if (!field.key || hidden(field, given)) continue
    const value = given[field.key]
    const text = typeof value === 'string' ? value.trim() : value
    const rules = field.validate ?? {}
    if (!text) {
      if (rules.required) found[field.key] = say('required')
    } else if (typeof text === 'string') {
      if (rules.maxLength && text.length > rules.maxLength) found[field.key] = say('longest', { n: rules.maxLength })
      else if (rules.pattern && !new RegExp(rules.pattern).test(text)) found[field.key] = say('pattern')
    }
  }
  return found
}

/** What is handed in: what is shown and was filled in. */
export function handedIn(fields: readonly Field[], given: Given): Given {
  const found: Given = {}
  for (const field of fields) {
    if (!field.key || hidden(field, given)) continue
    const value = given[field.key]
    if (typeof value === 'string' ? value.trim() : value) found[field.key] = typeof value === 'string' ? value.trim() : value!
  }
  return found
}
