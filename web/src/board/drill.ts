import type { Row } from '@/api/reports'
import { useAsked } from './asked'

const LEVELS = 3

/** Where a number leads: to the cases behind it, as far as one may see them. */
export function useDrill() {
  const { asked } = useAsked()

  function behind(indicator: string, narrowed: { unit?: string; category?: string } = {}): object {
    return { path: '/board/cases', query: { ...asked.value, ...narrowed, indicator } }
  }

  /** Of a table with one unit in each row: its indicator there. */
  function within(row: Row, column: string): object | null {
    return column === 'title' || !row.key ? null : behind(column, { unit: row.key })
  }

  /** Of a table with one category in each row: what is below it, and the cases behind its numbers. */
  function below(row: Row, column: string): object | null {
    if (!row.key || row.key === asked.value.category) return null
    const category = row.key
    if (column !== 'title') return behind(column, { category })
    return category.split('/').length < LEVELS ? { query: { ...asked.value, category } } : null
  }

  return { behind, within, below }
}
