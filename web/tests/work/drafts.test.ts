import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { DraftKeeper, findDraft, local } from '@/work/drafts'

const tasks = vi.hoisted(() => ({ readDraft: vi.fn(), saveDraft: vi.fn() }))
vi.mock('@/api/tasks', () => tasks)

const TASK = 'case.5'

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-11-22T04:00:00Z') })
  localStorage.clear()
  tasks.readDraft.mockReset()
  tasks.saveDraft.mockReset()
})
afterEach(() => vi.useRealTimers())

describe('a draft', () => {
  it('is on this device at once and on the server when one pauses', async () => {
    tasks.saveDraft.mockResolvedValue({ saved_at: '2026-11-22T04:00:02Z', values: {} })
    const told = vi.fn()
    const keeper = new DraftKeeper(TASK, told)
    keeper.keep({ title: 'a' })
    keeper.keep({ title: 'ab' })
    expect(local(TASK)?.values).toEqual({ title: 'ab' })
    expect(tasks.saveDraft).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1_500)
    expect(tasks.saveDraft).toHaveBeenCalledExactlyOnceWith(TASK, { title: 'ab' }, expect.any(AbortSignal))
    expect(told).toHaveBeenCalledWith('2026-11-22T04:00:02Z', true)
    expect(local(TASK)).toBeNull()
  })

  it('stays on this device while the server cannot be reached, and goes there afterwards', async () => {
    tasks.saveDraft.mockRejectedValueOnce(new Error('no network'))
    const told = vi.fn()
    const keeper = new DraftKeeper(TASK, told)
    keeper.keep({ title: 'a' })
    await vi.advanceTimersByTimeAsync(1_500)
    expect(told).toHaveBeenLastCalledWith(expect.any(String), false)
    expect(local(TASK)?.values).toEqual({ title: 'a' })
    tasks.saveDraft.mockResolvedValue({ saved_at: '2026-11-22T05:00:00Z', values: {} })
    await keeper.flush()
    expect(tasks.saveDraft).toHaveBeenLastCalledWith(TASK, { title: 'a' }, expect.any(AbortSignal))
    expect(local(TASK)).toBeNull()
  })

  it('is the newer one of device and server', async () => {
    tasks.readDraft.mockResolvedValue({ saved_at: '2026-11-22T03:00:00Z', values: { title: 'old' } })
    new DraftKeeper(TASK, vi.fn()).keep({ title: 'new' })
    expect((await findDraft(TASK)).values).toEqual({ title: 'new' })
    tasks.readDraft.mockResolvedValue({ saved_at: '2026-11-22T06:00:00Z', values: { title: 'newest' } })
    expect((await findDraft(TASK)).values).toEqual({ title: 'newest' })
  })

  it('leaves nothing behind when the task is done', () => {
    const keeper = new DraftKeeper(TASK, vi.fn())
    keeper.keep({ title: 'a' })
    keeper.forget()
    expect(local(TASK)).toBeNull()
    vi.advanceTimersByTime(5_000)
    expect(tasks.saveDraft).not.toHaveBeenCalled()
  })

  it('under way is stopped when the task is handed in, and none is sent after', async () => {
    const sent: AbortSignal[] = []
    tasks.saveDraft.mockImplementation((_task: string, _values: object, signal: AbortSignal) => {
      sent.push(signal)
      return new Promise((_, refuse) => signal.addEventListener('abort', () => refuse(signal.reason as Error)))
    })
    const told = vi.fn()
    const keeper = new DraftKeeper(TASK, told)
    keeper.keep({ title: 'a' })
    await vi.advanceTimersByTimeAsync(1_500)
    keeper.hold()
    expect(sent.map((signal) => signal.aborted)).toEqual([true])
    keeper.keep({ title: 'ab' })
    await keeper.flush()
    keeper.forget()
    keeper.keep({ title: 'abc' })
    await vi.advanceTimersByTimeAsync(5_000)
    expect(tasks.saveDraft).toHaveBeenCalledOnce()
    expect(told).not.toHaveBeenCalled()
    expect(local(TASK)).toBeNull()
  })

  it('goes to the server after all when the task was not taken', async () => {
    tasks.saveDraft.mockResolvedValue({ saved_at: '2026-11-22T04:00:09Z', values: {} })
    const keeper = new DraftKeeper(TASK, vi.fn())
    keeper.keep({ title: 'a' })
    keeper.hold()
    await vi.advanceTimersByTimeAsync(5_000)
    expect(tasks.saveDraft).not.toHaveBeenCalled()
    expect(local(TASK)?.values).toEqual({ title: 'a' })
    keeper.release()
    await vi.advanceTimersByTimeAsync(1_500)
    expect(tasks.saveDraft).toHaveBeenCalledExactlyOnceWith(TASK, { title: 'a' }, expect.any(AbortSignal))
  })
})
