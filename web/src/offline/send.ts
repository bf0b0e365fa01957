import { Problem } from '@/api/problem'
import type { Values } from '@/api/tasks'
import type { Photo, Refused, Waiting } from './waiting'

/** What sending asks of the server. Each call with the same key again does nothing more. */
export interface Server {
  start(given: NonNullable<Waiting['start']>, key: string): Promise<string>
  /** The open step of a case, and the case's code. */
  step(caseId: string, step: string): Promise<{ task: string | null; code: string }>
  attach(caseId: string, photo: Photo, key: string): Promise<void>
  complete(task: string, values: Values, key: string): Promise<void>
  /** Who handled a task, when it is handled. */
  first(caseId: string, task: string | null): Promise<Refused['first']>
}

/**
 * Send one waiting thing: what the server has of it already is not sent again, and what it may have is sent with the same
 * key. `kept` is called after each step that was answered. Throws Problem.
 */
export async function send(waiting: Waiting, server: Server, kept: (waiting: Waiting) => Promise<void>): Promise<void> {
  if (waiting.start && !waiting.case_id) {
    waiting.case_id = await server.start(waiting.start, waiting.key)
    await kept(waiting)
  }
  const caseId = waiting.case_id!
  if (waiting.start && !waiting.task) {
    const found = await server.step(caseId, waiting.start.step)
    waiting.case_code = found.code
    if (!found.task) throw new Problem(409, { code: 'step.gone' })
    waiting.task = found.task
    await kept(waiting)
  }
  while (waiting.sent_photos < waiting.photos.length) {
    await server.attach(caseId, waiting.photos[waiting.sent_photos]!, `${waiting.key}/photo-${waiting.sent_photos}`)
    waiting.sent_photos += 1
    await kept(waiting)
  }
  await server.complete(waiting.task!, waiting.values, waiting.start ? `${waiting.key}/complete` : waiting.key)
}

/** Whether it may go well later as it is: no network, too much at once, not signed in any more. */
export function passes(error: unknown): boolean {
  return error instanceof Problem && (error.passing || error.status === 401)
}
