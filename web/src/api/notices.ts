import { call } from './http'

/** What somebody was told. post: of theirs to which it came; null where it came to them by name. unit: which has the task. */
export interface Notice {
  id: string
  kind: string
  word: string
  text: string
  post: string | null
  unit: string | null
  case: { case_id: string; case_code: string; title: string } | null
  sent_at: string
  read_at: string | null
}

export interface NoticesPage {
  items: Notice[]
  next: string | null
}

export async function readNotices(unread: boolean, cursor: string | null, signal?: AbortSignal): Promise<NoticesPage> {
  return (await call<NoticesPage>('/notices', { query: { unread: unread || undefined, cursor: cursor ?? undefined }, signal })).body
}

export async function countNotices(): Promise<number> {
  return (await call<{ unread: number }>('/notices/count')).body.unread
}

/** Mark some as read, or all that were sent up to a moment; how many are left to read. */
export async function markNotices(which: { ids: string[] } | { until: string }): Promise<number> {
  return (await call<{ unread: number }>('/notices/read', { method: 'POST', body: which })).body.unread
}
