import { describe, expect, it } from 'vitest'
import { largest, officeTime, remaining, stretch, urgency } from '@/time'

const NOW = Date.parse('2026-11-22T04:00:00Z')
const at = (hours: number): string => new Date(NOW + hours * 3_600_000).toISOString()

describe('what is left of a limit', () => {
  it('is told in its largest whole unit', () => {
    expect(remaining(at(72), NOW)).toBe('剩3天')
    expect(remaining(at(5.5), NOW)).toBe('剩5小时')
    expect(remaining(at(0.5), NOW)).toBe('剩30分钟')
  })

  it('is late once it has passed', () => {
    expect(remaining(at(-50), NOW)).toBe('超期2天')
    expect(urgency(at(-1), NOW)).toBe('late')
  })

  it('presses within a day, and not without a limit', () => {
    expect(urgency(at(23), NOW)).toBe('soon')
    expect(urgency(at(25), NOW)).toBe('calm')
    expect(urgency(null, NOW)).toBe('none')
    expect(remaining(null, NOW)).toBe('无时限')
  })

  it('is never told as no minutes at all', () => {
    expect(largest(1)).toEqual({ unit: 'minutes', count: 1 })
  })
})

describe('a stretch of time', () => {
  it('has two units at most', () => {
    expect(stretch(((2 * 24 + 3) * 60 + 7) * 60_000)).toBe('2天3小时')
    expect(stretch(61 * 60_000)).toBe('1小时1分钟')
    expect(stretch(0)).toBe('0分钟')
  })
})

describe('office time', () => {
  it('is told in hours, never in days of eight', () => {
    expect(officeTime(16 * 3600)).toBe('16小时')
    expect(officeTime(5400)).toBe('90分钟')
  })
})
