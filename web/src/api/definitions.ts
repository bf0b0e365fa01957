import { call } from './http'
import type { components } from './contract'

export type Definition = components['schemas']['Definition']

let known: Promise<Definition[]> | null = null

/** The processes in their newest version; asked for once. */
export function readDefinitions(): Promise<Definition[]> {
  known ??= call<{ items: Definition[] }>('/definitions').then(
    (answer) => answer.body.items,
    (error: unknown) => {
      known = null
      throw error
    },
  )
  return known
}

/** All versions of a process, the newest first. */
export async function readVersions(key: string): Promise<Definition[]> {
  return (await call<{ items: Definition[] }>(`/definitions/${encodeURIComponent(key)}/versions`)).body.items
}

/** The processes in their newest version as they are now. */
export async function readDefinitionsAnew(): Promise<Definition[]> {
  return (await call<{ items: Definition[] }>('/definitions')).body.items
}
