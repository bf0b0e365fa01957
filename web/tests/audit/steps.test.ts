import { describe, expect, it } from 'vitest'
import type { Step } from '@/api/audit'
import type { Diagram } from '@/api/cases'
import { diagramFor, focusOf, marksOf, within } from '@/audit/steps'

const state = (digest: string, active: Record<string, number>) => ({ digest, key: digest, active, incidents: {}, completed: { s: 1 }, flows: { f: 1 } })
const step = (given: Partial<Step>): Step => ({ diagrams: [], entered: [], left: [], ...given }) as Step
const drawn = [{ digest: 'x' }, { digest: 'y' }] as Diagram[]

describe('a step of a history', () => {
  it('is painted: where tokens came to, left, are and were', () => {
    const now = step({ diagrams: [state('x', { b: 1 })], entered: [{ digest: 'x', element: 'b' }], left: [{ digest: 'x', element: 'a' }] })
    expect(marksOf(now, 'x')).toEqual({ s: ['was'], f: ['was'], b: ['here', 'came'], a: ['gone'] })
    expect(marksOf(now, 'y')).toEqual({})
    expect(focusOf(now, 'x')).toBe('b')
  })

  it('is looked at on the diagram where something happened', () => {
    const quiet = step({ diagrams: [state('x', {}), state('y', {})] })
    expect(diagramFor(quiet, drawn, 'y')).toBe('y')
    expect(diagramFor(quiet, drawn, null)).toBe('x')
    expect(diagramFor(step({ entered: [{ digest: 'y', element: 'b' }] }), drawn, 'x')).toBe('y')
  })

  it('stays within the log', () => {
    expect([within(0, 5), within(9, 5), within(Number.NaN, 5), within(3, 0)]).toEqual([1, 5, 1, 1])
  })
})
