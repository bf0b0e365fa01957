import { describe, expect, it } from 'vitest'
import { known, local, shorter, titleOf } from '@/register/known'

const FORM = {
  components: [
    { type: 'text', text: '说明' },
    { type: 'textfield', key: 'found_by', label: '发现人', layout: { row: 'r', columns: 8 } },
    { type: 'datetime', key: 'found_at', dateLabel: '发现时间' },
    { type: 'textarea', key: 'summary', label: '概况' },
  ],
}

describe('a registration', () => {
  it('asks only for what is not known', () => {
    const { form, hidden } = shorter(FORM, { found_by: '张三', found_at: '@now' })
    expect(form.components?.map((one) => one.key)).toEqual([undefined, 'summary'])
    expect(hidden).toBe(2)
  })

  it('leaves aside what may be added later', () => {
    const { form, hidden, aside } = shorter(FORM, { found_by: '张三' }, ['found_by', 'found_at'])
    expect(form.components?.map((one) => one.key)).toEqual([undefined, 'summary'])
    expect([hidden, aside]).toEqual([1, 1])
  })

  it('knows the moment of filling in', () => {
    const at = new Date(2026, 10, 28, 9, 5)
    const values = known({ found_at: '@now', found_by: '张三' }, at)
    expect(values.found_by).toBe('张三')
    expect(new Date(values.found_at as string).getTime()).toBe(at.getTime())
    expect(local(at)).toMatch(/^2026-11-28T09:05[+-]\d\d:\d\d$/)
  })

  it('is called by what it is about', () => {
    expect(titleOf({ title: ' 井盖破损 ' }, '网格事件')).toBe('井盖破损')
    expect(titleOf({}, '网格事件')).toBe('网格事件')
  })
})
