import type { components } from './contract'
import { call } from './http'

export type Person = components['schemas']['Person']

/** Staff whose name or login holds a text. */
export async function findPeople(text: string): Promise<Person[]> {
  return (await call<{ items: Person[] }>('/directory/people', { query: { text, limit: 20 } })).body.items
}

/** What people and units are called, by their ids; at most a hundred at a time. */
export async function readNames(ids: string[]): Promise<Record<string, string>> {
  const items = (await call<{ items: { id: string; name: string }[] }>('/directory/names', { query: { id: ids } })).body.items
  return Object.fromEntries(items.map((one) => [one.id, one.name]))
}
