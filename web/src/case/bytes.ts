const UNITS = ['B', 'KB', 'MB', 'GB']

/** A size for people: `1.4 MB`. */
export function bytes(size: number): string {
  let unit = 0
  let left = size
  while (left >= 1024 && unit < UNITS.length - 1) {
    left /= 1024
    unit += 1
  }
  return `${unit === 0 || left >= 10 ? Math.round(left) : left.toFixed(1)} ${UNITS[unit]}`
}
