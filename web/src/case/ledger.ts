import type { Clock } from '@/api/cases'

export type Segment = Clock['segments'][number]

/** A stretch of the ledger in proportion to the whole, `share` in percent. */
export interface Stretch {
  segment: Segment
  share: number
}

/** The stretches of a clock with their share of the whole, neighbours of one kind together. */
export function stretches(clock: Clock): Stretch[] {
  const merged: Segment[] = []
  for (const segment of clock.segments) {
    const last = merged.at(-1)
    if (last && last.kind === segment.kind && last.late === segment.late && last.reason === segment.reason) {
      merged[merged.length - 1] = { ...last, end: segment.end }
    } else merged.push(segment)
  }
  const whole = merged.reduce((sum, one) => sum + length(one), 0)
  return merged.map((segment) => ({ segment, share: whole ? (100 * length(segment)) / whole : 0 }))
}

export function length(segment: Segment): number {
  return new Date(segment.end).getTime() - new Date(segment.start).getTime()
}
