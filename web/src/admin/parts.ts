/** The parts of administration, each with the permission it takes. */
export const PARTS: readonly { name: string; scope: string }[] = [
  { name: 'directory', scope: 'directory:write' },
  { name: 'calendars', scope: 'config:write' },
  { name: 'limits', scope: 'config:write' },
  { name: 'tables', scope: 'definitions:amend' },
  { name: 'templates', scope: 'definitions:amend' },
  { name: 'changes', scope: 'config:write' },
  { name: 'accounts', scope: 'accounts:write' },
  { name: 'files', scope: 'config:write' },
  { name: 'incidents', scope: 'incidents:read' },
  { name: 'jobs', scope: 'jobs:read' },
]

/** Days of a month in weeks from Monday; null where the week belongs to another month. */
export function weeksOf(year: number, month: number): (string | null)[][] {
  const count = new Date(Date.UTC(year, month, 0)).getUTCDate()
  const before = (new Date(Date.UTC(year, month - 1, 1)).getUTCDay() + 6) % 7
  const pad = (number: number): string => String(number).padStart(2, '0')
  const days: (string | null)[] = Array.from({ length: before }, () => null)
  for (let day = 1; day <= count; day++) days.push(`${year}-${pad(month)}-${pad(day)}`)
  while (days.length % 7) days.push(null)
  return Array.from({ length: days.length / 7 }, (_, week) => days.slice(week * 7, week * 7 + 7))
}

/** A text in quotes of TOML. */
function quoted(text: string): string {
  return JSON.stringify(text)
}

/**
 * The text of a calendar's file with one day corrected: its entry is added, or written anew when the file has one.
 * kind: `work`, `weekend` or `holiday`.
 */
export function corrected(text: string, day: string, kind: string, name: string, source: string): string {
  const entry = `[[days]]\ndate = ${day}\nkind = "${kind}"\nname = ${quoted(name)}\nsource = ${quoted(source)}\n`
  const known = new RegExp(`^\\[\\[days\\]\\]\\n(?:(?!\\[).*\\n)*?date = ${day}\\b.*\\n(?:(?!\\[|#).+\\n?)*`, 'm')
  if (known.test(text)) return text.replace(known, () => entry)
  return `${text.trimEnd()}\n\n${entry}`
}

/**
 * The text of a file of limits with one version more of a limit: its newest one with another span, from another day on. What is
 * in force stays as it is. Null when the file has no such limit.
 */
export function renewed(text: string, name: string, value: number, unit: string, from: string): string | null {
  const blocks = text.split(/^(?=\[\[limit\]\]$)/m).filter((block) => block.includes(`\nname = ${quoted(name)}\n`))
  const newest = blocks.sort((one, other) => since(one).localeCompare(since(other))).at(-1)
  if (!newest) return null
  // The comments at the end belong to the block that follows.
  const own = newest.replace(/\n(?:\s*(?:#.*)?\n?)*$/, '\n')
  const entry = own
    .replace(/^value = .*$/m, `value = ${value}`)
    .replace(/^unit = .*$/m, () => `unit = ${quoted(unit)}`)
    .replace(/^effective_from = .*$/m, `effective_from = ${from}`)
  return `${text.trimEnd()}\n\n${entry}`
}

function since(block: string): string {
  return /^effective_from = (\S+)/m.exec(block)?.[1] ?? ''
}

export interface Line {
  kind: 'same' | 'add' | 'drop'
  text: string
}

/** Two texts line by line: what came, what went; of what stayed only the lines around. */
export function lines(before: string, after: string, around = 2): Line[] {
  const old = before.split('\n')
  const now = after.split('\n')
  let head = 0
  while (head < old.length && head < now.length && old[head] === now[head]) head += 1
  let tail = 0
  while (tail < old.length - head && tail < now.length - head && old.at(-1 - tail) === now.at(-1 - tail)) tail += 1
  const kept = (from: number, to: number): Line[] => now.slice(Math.max(0, from), to).map((text) => ({ kind: 'same', text }))
  return [
    ...kept(head - around, head),
    ...old.slice(head, old.length - tail).map((text): Line => ({ kind: 'drop', text })),
    ...now.slice(head, now.length - tail).map((text): Line => ({ kind: 'add', text })),
    ...kept(now.length - tail, Math.min(now.length, now.length - tail + around)),
  ]
}

/** Rows as CSV with a mark of UTF-8 before it, which spreadsheets look for. */
export function toCsv(rows: readonly (readonly string[])[]): string {
  const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
  return `\ufeff${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`
}

/** The rows of a CSV text that hold anything. */
export function fromCsv(text: string): string[][] {
  const rows: string[][] = [[]]
  let cell = ''
  let quoted = false
  const end = (): void => {
    rows.at(-1)!.push(cell)
    cell = ''
  }
  const source = text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n')
  for (let place = 0; place < source.length; place++) {
    const mark = source[place]!
    if (quoted && mark === '"' && source[place + 1] === '"') cell += source[++place]
    else if (mark === '"' && (quoted || cell === '')) quoted = !quoted
    else if (!quoted && mark === ',') end()
    else if (!quoted && mark === '\n') {
      end()
      rows.push([])
    } else cell += mark
  }
  end()
  return rows.filter((row) => row.some((one) => one.trim()))
}
