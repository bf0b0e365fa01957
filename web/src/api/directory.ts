import { call } from './http'

export interface PersonFound {
  id: string
  name: string
  units: string[]
}

/** Staff whose name or login holds a text. */
export async function findPeople(text: string): Promise<PersonFound[]> {
  return (await call<{ items: PersonFound[] }>('/directory/people', { query: { text, limit: 20 } })).body.items
}
