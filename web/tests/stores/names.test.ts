import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import { useNames } from '@/stores/names'

const api = vi.hoisted(() => ({ readNames: vi.fn() }))
vi.mock('@/api/directory', () => api)

beforeEach(() => {
  setActivePinia(createPinia())
  api.readNames.mockReset()
})

describe('names', () => {
  it('are asked for together and once; until then the id stands there', async () => {
    api.readNames.mockResolvedValue({ qh1: '赵明', qh2: '王芳' })
    const names = useNames()
    expect(names.name('qh1')).toBe('qh1')
    names.name('qh2')
    await vi.waitFor(() => expect(names.name('qh2')).toBe('王芳'))
    await nextTick()
    expect(names.name('qh1')).toBe('赵明')
    expect(api.readNames).toHaveBeenCalledExactlyOnceWith(['qh1', 'qh2'])
  })

  it('are asked for again after a failure', async () => {
    api.readNames.mockRejectedValueOnce(new Error('x')).mockResolvedValue({ qh1: '赵明' })
    const names = useNames()
    names.name('qh1')
    await vi.waitFor(() => expect(api.readNames).toHaveBeenCalledTimes(1))
    await nextTick()
    await vi.waitFor(() => expect(names.name('qh1')).toBe('赵明'))
  })

  it('know the unit of a candidate group', async () => {
    api.readNames.mockResolvedValue({ qh01: '青石镇' })
    const names = useNames()
    await vi.waitFor(() => expect(names.group('unit:qh01/mediator')).toBe('青石镇'))
    expect(names.group('platform')).toBe('')
  })
})
