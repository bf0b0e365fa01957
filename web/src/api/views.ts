import { call } from './http'
import type { Box, Filters } from './inbox'

export interface View {
  name: string
  box: Box
  filters: Filters
}

export async function readViews(): Promise<View[]> {
  return (await call<{ items: View[] }>('/views')).body.items
}

export async function saveView(view: View): Promise<void> {
  const { name, box, filters } = view
  await call(`/views/${encodeURIComponent(name)}`, { method: 'PUT', body: { box, filters } })
}

export async function dropView(name: string): Promise<void> {
  await call(`/views/${encodeURIComponent(name)}`, { method: 'DELETE' })
}
