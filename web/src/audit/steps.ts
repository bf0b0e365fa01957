import type { Step, StepValue } from '@/api/audit'
import type { Diagram } from '@/api/cases'

/** What to paint on one diagram of a case right after an event. */
export function marksOf(step: Step, digest: string): Record<string, string[]> {
  const found: Record<string, string[]> = {}
  const put = (ids: Iterable<string>, marker: string): void => {
    for (const id of ids) if (!(found[id] ??= []).includes(marker)) found[id]!.push(marker)
  }
  const state = step.diagrams.find((one) => one.digest === digest)
  if (!state) return found
  put(Object.keys(state.completed), 'was')
  put(Object.keys(state.flows), 'was')
  put(Object.keys(state.active), 'here')
  put(Object.keys(state.incidents), 'stuck')
  put(step.left.filter((place) => place.digest === digest).map((place) => place.element), 'gone')
  put(step.entered.filter((place) => place.digest === digest && place.element in state.active).map((place) => place.element), 'came')
  return found
}

/** The diagram to look at: that where the event did something, else the one looked at, else the first that runs. */
export function diagramFor(step: Step, diagrams: Diagram[], chosen: string | null): string | null {
  const known = new Set(diagrams.map((one) => one.digest))
  const moved = [...step.entered, ...step.left].map((place) => place.digest).filter((digest) => known.has(digest))
  if (moved.length) return chosen && moved.includes(chosen) ? chosen : moved.at(0)!
  if (chosen && known.has(chosen)) return chosen
  return step.diagrams.find((one) => known.has(one.digest))?.digest ?? diagrams[0]?.digest ?? null
}

/** The values of a step: those it changed first, then the rest, process by process. */
export function inOrder(values: StepValue[]): { changed: StepValue[]; same: StepValue[] } {
  return { changed: values.filter((one) => one.change), same: values.filter((one) => !one.change) }
}

/** A step number within a log. */
export function within(seq: number, total: number): number {
  return Math.min(Math.max(1, Math.round(seq) || 1), Math.max(1, total))
}

/** The element to look at: where a token came to, else one that was left, else where a token is. */
export function focusOf(step: Step, digest: string): string | null {
  const there = (places: Step['entered']): string | undefined => places.findLast((place) => place.digest === digest)?.element
  const state = step.diagrams.find((one) => one.digest === digest)
  return there(step.entered) ?? there(step.left) ?? Object.keys(state?.active ?? {})[0] ?? null
}
