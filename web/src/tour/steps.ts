/** Whom a tour is for. */
export type Kind = 'operator' | 'designer' | 'auditor' | 'leader' | 'grid' | 'clerk'

/** A step: what it says (`tour.<kind>.<name>`), and what on the page it points at (`data-tour`). */
export interface Step {
  name: string
  at?: string
}

const ME: Step = { name: 'me', at: 'me' }

export const TOURS: Readonly<Record<Kind, readonly Step[]>> = {
  clerk: [{ name: 'welcome' }, { name: 'inbox', at: 'inbox' }, { name: 'register', at: 'register' }, { name: 'cases', at: 'cases' }, ME],
  grid: [{ name: 'welcome' }, { name: 'register', at: 'register' }, { name: 'waiting', at: 'waiting' }, { name: 'inbox', at: 'inbox' }, ME],
  leader: [{ name: 'welcome' }, { name: 'inbox', at: 'inbox' }, { name: 'board', at: 'board' }, { name: 'cases', at: 'cases' }, ME],
  auditor: [{ name: 'welcome' }, { name: 'audit', at: 'audit' }, { name: 'cases', at: 'cases' }, { name: 'board', at: 'board' }, ME],
  designer: [{ name: 'welcome' }, { name: 'designs', at: 'designs' }, { name: 'publish', at: 'designs' }, ME],
  operator: [{ name: 'welcome' }, { name: 'admin', at: 'admin' }, { name: 'changes', at: 'admin' }, { name: 'designs', at: 'designs' }, ME],
}

const KINDS: readonly [Kind, readonly string[]][] = [
  ['operator', ['admin']],
  ['designer', ['designer']],
  ['auditor', ['auditor']],
  ['leader', ['leader', 'duty_leader', 'county_centre', 'village_lead']],
  ['grid', ['grid_worker', 'observer']],
]

/** Whose tour somebody with these roles gets. */
export function kindOf(roles: readonly string[]): Kind {
  return KINDS.find(([, of]) => of.some((role) => roles.includes(role)))?.[0] ?? 'clerk'
}
