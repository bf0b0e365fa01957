import type { Challenge } from './challenge'
import { spoken } from './words'

export interface Field {
  type: string
  key?: string
  label?: string
  description?: string
  text?: string
  values?: { label: string; value: string }[]
  validate?: { required?: boolean; maxLength?: number; pattern?: string }
  conditional?: { hide?: string }
}

export interface Area {
  id: string
  name: string
  level: string
  parent: string | null
}

export interface Options {
  areas: Area[]
  form: { components: Field[] }
}

export interface Receipt {
  case_code: string
  phone_code: string
}

export interface Status {
  case_code: string
  state: 'received' | 'accepted' | 'handling' | 'shelved' | 'told' | 'answered' | 'closed' | 'withdrawn'
  received_at: string
  settled_at: string | null
  closed_at: string | null
  answer: string | null
  public_answer: string | null
  rated: boolean
  may_rate: boolean
  may_withdraw: boolean
}

/** What the server says no with; status 0: it did not answer. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly errors: Record<string, string[]>,
  ) {
    super(message)
  }
}

async function ask<T>(path: string, given: { body?: unknown; file?: File; code?: string; key?: string } = {}): Promise<T> {
  const headers: Record<string, string> = { 'Accept-Language': spoken.language === 'en' ? 'en' : 'zh-CN' }
  if (given.code) headers['Bihuan-Phone-Code'] = given.code
  if (given.key) headers['Idempotency-Key'] = given.key
  let payload: BodyInit | undefined
  if (given.file) {
    const form = new FormData()
    form.append('file', given.file, given.file.name)
    payload = form
  } else if (given.body !== undefined) {
    headers['Content-Type'] = 'application/json'
    payload = JSON.stringify(given.body)
  }
  let answer: Response
  try {
    answer = await fetch(`/api/v1/intake${path}`, { method: payload === undefined ? 'GET' : 'POST', headers, body: payload, credentials: 'omit' })
  } catch {
    throw new Refused(0, 'network', '', {})
  }
  const body = await answer.json().catch(() => ({}))
  if (answer.ok) return body as T
  throw new Refused(answer.status, body.code ?? '', body.detail ?? '', body.errors ?? {})
}

const at = (code: string): string => `/${encodeURIComponent(code.trim().toUpperCase())}`

export const readOptions = (): Promise<Options> => ask('/options')
export const readChallenge = (): Promise<Challenge> => ask('/challenge')
export const send = (body: unknown): Promise<Receipt> => ask('', { body })
export const readStatus = (code: string, phone: string): Promise<Status> => ask(at(code), { code: phone })
export const addPhoto = (code: string, phone: string, file: File, key: string): Promise<{ photos: number }> =>
  ask(`${at(code)}/photos`, { code: phone, file, key })
export const rate = (code: string, phone: string, solved: boolean, satisfied: string): Promise<Status> =>
  ask(`${at(code)}/rating`, { code: phone, body: { solved, satisfied } })
export const withdraw = (code: string, phone: string): Promise<Status> => ask(`${at(code)}/withdrawal`, { code: phone, body: {} })
