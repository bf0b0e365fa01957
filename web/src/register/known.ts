import type { Values } from '@/api/tasks'

type Component = Record<string, unknown> & { key?: string; type?: string; layout?: unknown }
type Form = Record<string, unknown> & { components?: Component[] }

export const NOW = '@now'

/** The known values at a moment: `@now` becomes that moment. */
export function known(values: Values, at: Date): Values {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value === NOW ? local(at) : value]))
}

/**
 * The form without the fields that are known and those that may be left aside, and how many either are. Each field gets a line of
 * its own, for narrow screens.
 */
export function shorter(form: Form, values: Values, aside: readonly string[] = []): { form: Form; hidden: number; aside: number } {
  const components = form.components ?? []
  const asked = components.filter((one) => !(one.key && one.key in values))
  const kept = asked.filter((one) => !(one.key && aside.includes(one.key)))
  const shown = kept.filter((one) => !unknown(one, values))
  return { form: { ...form, components: shown.map(alone) }, hidden: components.length - asked.length, aside: asked.length - kept.length }
}

/** Whether a text speaks of something only a started case knows: `{{settle_by}}`. */
function unknown(component: Component, values: Values): boolean {
  const found = component.type === 'text' && /\{\{\s*(\w+)\s*\}\}/.exec(String(component.text ?? ''))
  return found ? !(found[1]! in values) : false
}

/** A field without its place in a row of several. */
function alone(component: Component): Component {
  return { ...component, layout: undefined }
}

/** A moment with its offset, to the minute, as forms write it. */
export function local(at: Date): string {
  const two = (value: number): string => String(Math.abs(value)).padStart(2, '0')
  const east = -at.getTimezoneOffset()
  const offset = `${east < 0 ? '-' : '+'}${two(Math.trunc(east / 60))}:${two(east % 60)}`
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}${offset}`
}

/** What a registration is called in lists: its title, what it is about, or what kind it is. */
export function titleOf(values: Values, name: string): string {
  for (const field of ['title', 'summary', 'event_facts', 'content']) {
    const text = values[field]
    if (typeof text === 'string' && text.trim()) return text.trim().slice(0, 60)
  }
  return name
}
