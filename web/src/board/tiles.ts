import type { Row, Unit } from '@/api/reports'

export interface Tile {
  id: string
  name: string
  /** Open cases; null: too few of others to be shown. */
  open: number | null
  overdue: number | null
  accepted: number | null
  /** 0 for none to 5 for most. */
  heat: number
}

export interface Village {
  id: string
  name: string
  tiles: Tile[]
}

export interface Town {
  id: string
  name: string
  villages: Village[]
}

const STEPS = 5

/** How warm a number is among others: 0 for none, then by fifths of the largest one. */
export function heatOf(count: number | null, most: number): number {
  if (!count || most <= 0) return 0
  return Math.min(STEPS, Math.max(1, Math.ceil((count / most) * STEPS)))
}

/**
 * The grids as tiles of their villages and towns, in the order of their ids as they lie beside each other. areas: paths within
 * which a grid without cases is known to have none; elsewhere only what the report tells of is shown.
 */
export function mapOf(rows: Row[], units: { towns: Unit[]; villages: Unit[]; grids: Unit[] }, areas: string[]): Town[] {
  const told = new Map(rows.map((row) => [row.key, row]))
  const most = Math.max(0, ...rows.map((row) => Number(row.open ?? 0)))
  const number = (cell: unknown): number | null => (typeof cell === 'number' ? cell : null)
  const tile = (unit: Unit, village: Unit): Tile => {
    const row = told.get(unit.id)
    const open = row ? number(row.open) : 0
    return {
      id: unit.id,
      name: unit.id === village.id ? unit.name : unit.name.replace(village.name, ''),
      open,
      overdue: row ? number(row.overdue_open) : 0,
      accepted: row ? number(row.accepted) : 0,
      heat: heatOf(open, most),
    }
  }
  const shown = (unit: Unit): boolean => told.has(unit.id) || areas.some((path) => unit.path.startsWith(path))
  const towns = units.towns.map((town) => {
    const villages = units.villages
      .filter((village) => village.parent === town.id)
      .map((village) => {
        const grids = units.grids.filter((grid) => grid.parent === village.id && shown(grid))
        // What is told of the village itself lies in none of its grids.
        const own = told.has(village.id) ? [village] : []
        return { id: village.id, name: village.name.replace(town.name, ''), tiles: [...own, ...grids].map((grid) => tile(grid, village)) }
      })
    return { id: town.id, name: town.name, villages: villages.filter((village) => village.tiles.length) }
  })
  return towns.filter((town) => town.villages.length)
}

/** Marks of elements by how many cases passed them, `heat1` to `heat5`. */
export function heatMarks(rows: Row[]): Record<string, string[]> {
  const most = Math.max(0, ...rows.map((row) => Number(row.passed ?? 0)))
  return Object.fromEntries(rows.flatMap((row) => (row.passed ? [[row.key, [`heat${heatOf(Number(row.passed), most)}`]]] : [])))
}

/** What the elements of a diagram are called, by their ids. */
export function namesOf(xml: string): Record<string, string> {
  if (!xml) return {}
  const found = new DOMParser().parseFromString(xml, 'text/xml').querySelectorAll('[id][name]')
  return Object.fromEntries([...found].map((one) => [one.id, one.getAttribute('name') ?? '']))
}
