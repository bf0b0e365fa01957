import type { Row } from '@/api/reports'
import { useAsked } from './asked'

/** Where a number leads: to the cases behind it, as far as one may see them. */
export function useDrill() {
  const { asked } = useAsked()

  function behind(indicator: string, narrowed: { unit?: string } = {}): object {
    return { path: '/board/cases', query: { ...asked.value, ...narrowed, indicator } }
  }

  /** Of a table with one unit in each row: its indicator there. */
  function within(row: Row, column: string): object | null {
    return column === 'title' || !row.key ? null : behind(column, { unit: row.key })
  }

  return { behind, within }
}
