import type { components } from './contract'
import { call } from './http'

export type Category = components['schemas']['Category']

/** A category with those below it. */
export type Branch = {
  value: string
  label: string
  children?: Branch[]
}

/** The categories as a tree; those no longer offered too, for old cases bear them. */
export async function readCategories(): Promise<Branch[]> {
  return treeOf((await call<{ items: Category[] }>('/categories')).body.items)
}

/** A list in which each category comes after the one above, as a tree. */
export function treeOf(items: readonly Pick<Category, 'code' | 'parent' | 'name'>[]): Branch[] {
  const found: Branch[] = []
  const known = new Map<string, Branch>()
  for (const one of items) {
    const branch: Branch = { value: one.code, label: one.name }
    known.set(one.code, branch)
    const above = known.get(one.parent)
    if (above) (above.children ??= []).push(branch)
    else found.push(branch)
  }
  return found
}
