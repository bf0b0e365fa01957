import { i18n } from '@/i18n'
import { Problem, type ProblemBody } from './problem'

export const BASE = '/api/v1'

export interface Answer<T> {
  body: T
  etag: string | null
  status: number
}

export interface Request {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  query?: Record<string, string | number | boolean | string[] | null | undefined>
  body?: unknown
  form?: FormData
  etag?: string | null
  key?: string
  signal?: AbortSignal
  headers?: Record<string, string>
}

let behalf: string | null = null

/** Say on whose behalf everything is done from now on; null: one's own. */
export function actFor(person: string | null): void {
  behalf = person
}

let onSignedOut: () => void = () => {}

/** What to do when the server no longer knows who we are. */
export function whenSignedOut(action: () => void): void {
  onSignedOut = action
}

/** One request to the API. Throws Problem. */
export async function call<T>(path: string, request: Request = {}): Promise<Answer<T>> {
  const method = request.method ?? 'GET'
  const headers: Record<string, string> = {
    Accept: 'application/json, application/problem+json',
    'Accept-Language': i18n.global.locale.value === 'en' ? 'en' : 'zh-CN',
    ...request.headers,
  }
  let payload: BodyInit | undefined
  if (request.form) payload = request.form
  else if (request.body !== undefined) {
    headers['Content-Type'] = 'application/json'
    payload = JSON.stringify(request.body)
  }
  if (behalf) headers['Bihuan-On-Behalf-Of'] = behalf
  if (request.etag) headers[method === 'GET' ? 'If-None-Match' : 'If-Match'] = request.etag
  if (request.key) headers['Idempotency-Key'] = request.key
  if (method !== 'GET') headers['X-CSRF-Token'] = cookie('bihuan_csrf')
  let response: Response
  try {
    response = await fetch(BASE + path + search(request.query), {
      method,
      headers,
      body: payload,
      credentials: 'same-origin',
      signal: request.signal,
    })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new Problem(0, { code: 'network', detail: i18n.global.t('problem.network') })
  }
  if (response.status === 304) return { body: undefined as T, etag: response.headers.get('ETag'), status: 304 }
  const body = await read(response)
  if (!response.ok) {
    if (response.status === 401 && path !== '/auth/login') onSignedOut()
    throw new Problem(response.status, (body ?? {}) as ProblemBody)
  }
  return { body: body as T, etag: response.headers.get('ETag'), status: response.status }
}

/** A fresh idempotency key: the same key again is the same command. */
export function freshKey(): string {
  // randomUUID exists on https only; an office may serve itself without.
  if (crypto.randomUUID) return crypto.randomUUID()
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

async function read(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined
  const type = response.headers.get('Content-Type') ?? ''
  if (type.startsWith('application/pdf')) return response.blob()
  if (!type.includes('json')) return undefined
  return response.json()
}

function search(query: Request['query']): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === null || value === undefined || value === '') continue
    for (const one of Array.isArray(value) ? value : [value]) parameters.append(name, String(one))
  }
  const text = parameters.toString()
  return text ? `?${text}` : ''
}

function cookie(name: string): string {
  const found = document.cookie.split('; ').find((part) => part.startsWith(`${name}=`))
  return found ? decodeURIComponent(found.slice(name.length + 1)) : ''
}
