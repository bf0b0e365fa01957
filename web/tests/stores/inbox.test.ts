import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { InboxRow } from '@/api/inbox'
import { Problem } from '@/api/problem'
import { useInbox } from '@/stores/inbox'

const api = vi.hoisted(() => ({ readBox: vi.fn(), readCounts: vi.fn() }))
vi.mock('@/api/inbox', async (original) => ({ ...(await original<object>()), ...api }))

const row = (id: string): InboxRow => ({ id, case_id: `c-${id}`, title: id }) as InboxRow

beforeEach(() => {
  setActivePinia(createPinia())
  api.readBox.mockReset()
  api.readCounts.mockReset()
})

describe('the inbox', () => {
  it('reads on where the last page ended, without repeating a row that moved', async () => {
    api.readBox.mockResolvedValueOnce({ items: [row('1'), row('2')], next: 'n' })
    api.readBox.mockResolvedValueOnce({ items: [row('2'), row('3')], next: null })
    const inbox = useInbox()
    await inbox.load()
    await inbox.more()
    expect(inbox.rows.map((one) => one.id)).toEqual(['1', '2', '3'])
    await inbox.more()
    expect(api.readBox).toHaveBeenCalledTimes(2)
  })

  it('reads the box again when the counts changed, and not while they stay', async () => {
    api.readBox.mockResolvedValue({ items: [], next: null })
    api.readCounts.mockResolvedValueOnce({ status: 200, etag: 'a', body: { todo: 1 } })
    api.readCounts.mockResolvedValueOnce({ status: 304, etag: 'a', body: undefined })
    api.readCounts.mockResolvedValueOnce({ status: 200, etag: 'b', body: { todo: 2 } })
    const inbox = useInbox()
    await inbox.count()
    await inbox.count()
    expect(api.readBox).not.toHaveBeenCalled()
    await inbox.count()
    expect(api.readBox).toHaveBeenCalledTimes(1)
    expect(api.readCounts).toHaveBeenLastCalledWith('a')
    expect(inbox.counts?.todo).toBe(2)
  })

  it('reads the box again when it is told so, though as much came as went', async () => {
    api.readBox.mockResolvedValue({ items: [row('2')], next: null })
    api.readCounts.mockResolvedValueOnce({ status: 200, etag: 'a', body: { todo: 1 } })
    api.readCounts.mockResolvedValueOnce({ status: 304, etag: 'a', body: undefined })
    const inbox = useInbox()
    await inbox.count()
    await inbox.count(true)
    expect(inbox.rows.map((one) => one.id)).toEqual(['2'])
    expect(inbox.counts?.todo).toBe(1)
  })

  it('bears a short loss of the network', async () => {
    api.readCounts.mockRejectedValue(new Problem(0, { code: 'network' }))
    await expect(useInbox().count()).resolves.toBeUndefined()
  })

  it('takes a row out at once and can put it back', async () => {
    api.readBox.mockResolvedValue({ items: [row('1'), row('2')], next: null })
    const inbox = useInbox()
    await inbox.load()
    const back = inbox.drop('1')
    expect(inbox.rows.map((one) => one.id)).toEqual(['2'])
    expect(inbox.seen('1')?.title).toBe('1')
    back()
    expect(inbox.rows).toHaveLength(2)
  })

  it('keeps what went wrong, to be tried again', async () => {
    const problem = new Problem(503, { detail: 'x' })
    api.readBox.mockRejectedValue(problem)
    const inbox = useInbox()
    await inbox.load()
    expect(inbox.failure).toBe(problem)
    expect(inbox.busy).toBe(false)
  })
})
