import { afterEach, describe, expect, it, vi } from 'vitest'
import { actFor, call, whenSignedOut } from '@/api/http'
import { Problem } from '@/api/problem'

const json = (status: number, body: unknown, headers = {}): Response =>
  new Response(status === 204 ? null : JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json', ...headers } })

afterEach(() => {
  actFor(null)
  vi.unstubAllGlobals()
})

describe('a request', () => {
  it('carries the key, the token and for whom it is made', async () => {
    const fetched = vi.fn().mockResolvedValue(json(200, {}))
    vi.stubGlobal('fetch', fetched)
    document.cookie = 'bihuan_csrf=t1'
    actFor('qh2')
    await call('/tasks/x.1/claim', { method: 'POST', key: 'k1' })
    const headers = fetched.mock.calls[0]![1].headers
    expect(headers).toMatchObject({ 'Idempotency-Key': 'k1', 'X-CSRF-Token': 't1', 'Bihuan-On-Behalf-Of': 'qh2' })
  })

  it('turns a refusal into a problem with its messages by field', async () => {
    vi.stubGlobal('fetch', vi.fn().mockResolvedValue(json(422, { detail: '表单有误', errors: { title: ['必须填写'] } })))
    const problem = await call('/x', { method: 'POST' }).catch((error: unknown) => error as Problem)
    expect(problem).toBeInstanceOf(Problem)
    expect((problem as Problem).errors).toEqual({ title: ['必须填写'] })
    expect((problem as Problem).passing).toBe(false)
  })

  it('is a passing problem when the server cannot be reached', async () => {
    vi.stubGlobal('fetch', vi.fn().mockRejectedValue(new TypeError('failed')))
    const problem = await call('/x').catch((error: unknown) => error as Problem)
    expect(problem).toMatchObject({ status: 0, passing: true })
  })

  it('tells when the server no longer knows who we are', async () => {
    vi.stubGlobal('fetch', vi.fn().mockImplementation(async () => json(401, {})))
    const out = vi.fn()
    whenSignedOut(out)
    await call('/tasks').catch(() => null)
    expect(out).toHaveBeenCalledTimes(1)
    await call('/auth/login', { method: 'POST' }).catch(() => null)
    expect(out).toHaveBeenCalledTimes(1)
  })
})
