import { i18n } from '@/i18n'

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

  /** What is wrong, in sentences: those of the fields, else that of the whole. */
  get messages(): string[] {
    const all = Object.values(this.errors).flat()
    return all.length ? all : [this.message]
  }

  /**
   * What is wrong, in sentences, each with the name of its field. labels: by the last word of the field's path; a line of a
   * file names itself.
   */
  named(labels: Record<string, string>): string[] {
    const all = Object.entries(this.errors).flatMap(([path, told]) => {
      const label = labels[path.split('.').at(-1) ?? ''] ?? (path.includes(':') ? path : '')
      return told.map((one) => (label ? i18n.global.t('problem.field', { field: label, told: one }) : one))
    })
    return all.length ? all : [this.message]
  }

  /** Messages by field. */
  get errors(): Record<string, string[]> {
    const found: Record<string, string[]> = {}
    for (const [name, told] of Object.entries(this.body.errors ?? {})) {
      found[name] = (Array.isArray(told) ? told : [told]).map(String)
    }
    return found
  }

  /** Whether the same request may succeed later. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 502
  }
}
