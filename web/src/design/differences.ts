/** What differs between two versions of a package's files: elements of diagrams, fields of forms, rows of tables. */

export type Kind = 'added' | 'removed' | 'changed'

export interface FieldChange {
  name: string
  before: string
  after: string
}

export interface Change {
  kind: Kind
  id: string
  type: string
  name: string
  fields: FieldChange[]
}

/** Something with an id that can be compared: what it is, what it is called, and its properties in words. */
interface Thing {
  type: string
  name: string
  fields: Record<string, string>
}

type Things = Map<string, Thing>

const MODEL = 'http://www.omg.org/spec/BPMN/20100524/MODEL'
/** Parts of another element, told as its fields. */
const PARTS = /EventDefinition$|LoopCharacteristics$|^(extensionElements|documentation|conditionExpression|flowNodeRef|incoming|outgoing|definitions)$/
/** Told elsewhere: flows by the flows themselves, lanes by what stands in them. */
const UNTOLD = new Set(['incoming', 'outgoing', 'flowNodeRef'])
/** Folders without a meaning of their own. */
const FOLDERS = new Set(['extensionElements', 'properties', 'ioMapping', 'taskHeaders'])

export function compare(name: string, before: string | null, after: string | null): Change[] {
  const read = reader(name)
  return read ? differences(before ? read(before) : new Map(), after ? read(after) : new Map()) : []
}

/** Which kind of file a name stands for. */
export function kindOf(name: string): 'diagram' | 'table' | 'form' | 'other' {
  if (/\.bpmn$/.test(name)) return 'diagram'
  if (/\.dmn$/.test(name)) return 'table'
  return /\.form(\.json)?$/.test(name) ? 'form' : 'other'
}

/** Files by the last part of their names: a package handed in file by file has no folders. Two of one name keep theirs. */
export function byName(files: Record<string, string>): Record<string, string> {
  const short = (name: string): string => name.replace(/^.*\//, '')
  const all = Object.keys(files).map(short)
  const twice = new Set(all.filter((name, place) => all.indexOf(name) !== place))
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [twice.has(short(name)) ? name : short(name), text]))
}

/** Names of files: diagrams, then tables, then forms. */
export function inOrder(names: string[]): string[] {
  const rank = (name: string): number => ['diagram', 'table', 'form', 'other'].indexOf(kindOf(name))
  return [...names].sort((one, other) => rank(one) - rank(other) || one.localeCompare(other))
}

function reader(name: string): ((text: string) => Things) | null {
  const kind = kindOf(name)
  return kind === 'diagram' ? elements : kind === 'table' ? rows : kind === 'form' ? fields : null
}

export function differences(before: Things, after: Things): Change[] {
  const found: Change[] = []
  for (const [id, thing] of after) {
    const old = before.get(id)
    if (!old) found.push({ kind: 'added', id, type: thing.type, name: thing.name, fields: [] })
    else {
      const changed = fieldChanges(old.fields, thing.fields)
      if (old.type !== thing.type) changed.unshift({ name: 'type', before: old.type, after: thing.type })
      if (changed.length) found.push({ kind: 'changed', id, type: thing.type, name: thing.name, fields: changed })
    }
  }
  for (const [id, thing] of before) {
    if (!after.has(id)) found.push({ kind: 'removed', id, type: thing.type, name: thing.name, fields: [] })
  }
  return found
}

function fieldChanges(before: Record<string, string>, after: Record<string, string>): FieldChange[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names]
    .filter((name) => (before[name] ?? '') !== (after[name] ?? ''))
    .map((name) => ({ name, before: before[name] ?? '', after: after[name] ?? '' }))
}

function parsed(text: string): Document {
  return new DOMParser().parseFromString(text, 'application/xml')
}

/** The elements of a diagram by id; where they are drawn does not count. */
function elements(text: string): Things {
  const found: Things = new Map()
  const lanes = new Map<string, string>()
  const all = [...parsed(text).getElementsByTagNameNS(MODEL, '*')]
  for (const one of all) {
    if (one.localName !== 'flowNodeRef') continue
    const lane = one.parentElement
    lanes.set((one.textContent ?? '').trim(), lane?.getAttribute('name') || lane?.getAttribute('id') || '')
  }
  for (const one of all) {
    const id = one.getAttribute('id')
    if (!id || PARTS.test(one.localName)) continue
    const told: Record<string, string> = {}
    tell(one, '', told)
    const lane = lanes.get(id)
    if (lane) told.lane = lane
    found.set(id, { type: one.localName, name: one.getAttribute('name') ?? '', fields: told })
  }
  return found
}

function tell(one: Element, prefix: string, told: Record<string, string>): void {
  for (const attribute of [...one.attributes]) {
    if (attribute.name === 'id' || attribute.name.startsWith('xmlns')) continue
    told[prefix + localOf(attribute.name)] = attribute.value
  }
  for (const child of [...one.children]) {
    const name = child.localName
    if (UNTOLD.has(name) || (child.getAttribute('id') && child.namespaceURI === MODEL && !PARTS.test(name))) continue
    if (FOLDERS.has(name)) tell(child, prefix, told)
    else if (name === 'property') told[child.getAttribute('name') ?? name] = child.getAttribute('value') ?? ''
    else {
      const which = child.getAttribute('target') ?? child.getAttribute('key') ?? ''
      const path = `${prefix}${name}${which ? `:${which}` : ''}`
      if (!child.children.length && child.textContent?.trim()) told[path] = child.textContent.trim()
      else if (!child.attributes.length && !child.children.length) told[path] = '✓'
      tell(child, `${path}.`, told)
    }
  }
}

function localOf(name: string): string {
  return name.replace(/^.*:/, '')
}

/** The fields of a form by key, however deep they stand in groups. */
function fields(text: string): Things {
  const found: Things = new Map()
  let form: unknown
  try {
    form = JSON.parse(text)
  } catch {
    return found
  }
  const walk = (components: unknown): void => {
    if (!Array.isArray(components)) return
    components.forEach((one: Record<string, unknown>, place) => {
      const { components: inner, key, id, label, type, ...rest } = one
      const name = String(key ?? id ?? `${String(type)}-${place + 1}`)
      const told: Record<string, string> = { label: String(label ?? one.text ?? '') }
      spread(rest, '', told)
      found.set(name, { type: String(type ?? ''), name: told.label ?? '', fields: told })
      walk(inner)
    })
  }
  walk((form as { components?: unknown }).components)
  return found
}

function spread(value: unknown, path: string, told: Record<string, string>): void {
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object' || one === null)) told[path] = value.join('、')
  else if (typeof value === 'object' && value !== null) {
    for (const [name, one] of Object.entries(value)) {
      if (name !== 'layout') spread(one, path ? `${path}.${name}` : name, told)
    }
  } else told[path] = String(value)
}

/** The rules of all decision tables of a file: row by row, cell by cell. */
function rows(text: string): Things {
  const found: Things = new Map()
  for (const decision of named(parsed(text), 'decision')) {
    const table = named(decision, 'decisionTable')[0]
    const title = decision.getAttribute('name') || decision.getAttribute('id') || ''
    if (!table) {
      const told: Record<string, string> = {}
      tell(decision, '', told)
      found.set(decision.getAttribute('id') ?? title, { type: 'decision', name: title, fields: told })
      continue
    }
    const key = decision.getAttribute('id') ?? title
    const columns = [...named(table, 'input'), ...named(table, 'output')].map(
      (one) => one.getAttribute('label') || one.getAttribute('name') || (one.textContent ?? '').trim() || '?',
    )
    const policy = table.getAttribute('hitPolicy') ?? 'UNIQUE'
    found.set(key, { type: 'decision', name: title, fields: { hitPolicy: policy, columns: columns.join('、') } })
    named(table, 'rule').forEach((rule, place) => {
      const cells = [...named(rule, 'inputEntry'), ...named(rule, 'outputEntry')].map((one) => (one.textContent ?? '').trim() || '-')
      const told = Object.fromEntries(cells.map((cell, column) => [columns[column] ?? String(column + 1), cell]))
      // A rule without an id is known by its place.
      const id = rule.getAttribute('id') ?? String(place + 1)
      found.set(`${key}/${id}`, { type: 'rule', name: `${title} ${place + 1}`, fields: told })
    })
  }
  return found
}

function named(within: Document | Element, name: string): Element[] {
  return [...within.getElementsByTagName('*')].filter((one) => one.localName === name)
}

/** What to paint on the diagram before and on the one after. */
export function marksOf(changes: Change[]): { before: Record<string, string[]>; after: Record<string, string[]> } {
  const before: Record<string, string[]> = {}
  const after: Record<string, string[]> = {}
  for (const { id, kind } of changes) {
    if (kind !== 'added') before[id] = [kind]
    if (kind !== 'removed') after[id] = [kind]
  }
  return { before, after }
}
