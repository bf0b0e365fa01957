import { describe, expect, it } from 'vitest'
import type { Clock } from '@/api/cases'
import { stretches } from '@/case/ledger'

const HOUR = 3_600_000
const segment = (from: number, to: number, kind: string, late = false) => ({
  start: new Date(from * HOUR).toISOString(),
  end: new Date(to * HOUR).toISOString(),
  kind,
  reason: '',
  actor: '',
  late,
})

describe('the ledger of a clock', () => {
  it('joins neighbours of one kind and shares the whole among them', () => {
    const clock = { segments: [segment(0, 1, 'counting'), segment(1, 2, 'counting'), segment(2, 4, 'holiday')] }
    const found = stretches(clock as unknown as Clock)
    expect(found.map((one) => [one.segment.kind, one.share])).toEqual([['counting', 50], ['holiday', 50]])
  })

  it('keeps what counted after it ran out apart', () => {
    const clock = { segments: [segment(0, 1, 'counting'), segment(1, 2, 'counting', true)] }
    expect(stretches(clock as unknown as Clock)).toHaveLength(2)
  })
})
