import { describe, expect, it } from 'vitest'
import { askedFor, given } from '@/work/verbs/asked'

describe('what a verb is told', () => {
  it('is not complete without what it needs', () => {
    const asked = askedFor('transfer', false)
    expect(given(asked, { to: '', reason: 'r' })).toBeNull()
    expect(given(asked, { to: 'qh1', reason: '  ' })).toEqual({ to: 'qh1' })
  })

  it('is several people for adding signatures', () => {
    const asked = askedFor('add-sign', false)
    expect(given(asked, { users: [], mode: 'after' })).toBeNull()
    expect(given(asked, { users: ['a', 'b'], mode: 'before', reason: 'x' })).toEqual({
      users: ['a', 'b'],
      mode: 'before',
      reason: 'x',
    })
  })

  it('is a span for what has a limit, a moment for what has none, and always a reason', () => {
    expect(askedFor('extend', true).map((one) => one.name)).toEqual(['more', 'reason'])
    expect(askedFor('extend', false).map((one) => one.name)).toEqual(['due_at', 'reason'])
    expect(given(askedFor('extend', true), { more: '5 workDay' })).toBeNull()
  })
})
