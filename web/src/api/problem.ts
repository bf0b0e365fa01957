/** What the server says when it says no (RFC 9457). */
export interface ProblemBody {
  type?: string
  title?: string
  status?: number
  detail?: string
  code?: string
  request_id?: string
  errors?: Record<string, unknown>
  [more: string]: unknown
}

/** A refusal, an error by field, a lost race, or a server that did not answer (status 0). */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly body: ProblemBody,
  ) {
    super(body.detail ?? body.title ?? String(status))
    this.name = 'Problem'
  }

  /** The stable code of the error, for programs. */
  get code(): string {
    return this.body.code ?? ''
  }

  /** Whether the same request may succeed later. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 502
  }
}
