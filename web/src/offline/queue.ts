import { Problem } from '@/api/problem'
import { passes, send, type Server } from './send'
import type { Keep, Waiting } from './waiting'

/** Runs something unless another tab runs the same; whether it ran. */
export type Alone = (name: string, run: () => Promise<void>) => Promise<boolean>

/** Through the browser's locks, which all tabs share. Without them the keys alone keep things from being done twice. */
export const alone: Alone = async (name, run) => {
  if (!navigator.locks) {
    await run()
    return true
  }
  return navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
    if (lock) await run()
    return lock !== null
  })
}

/** What waits on this device for one account, sent in the order it was made. */
export class Queue {
  constructor(
    readonly account: string,
    private readonly keep: Keep,
    private readonly server: Server,
    private readonly alone: Alone,
    private readonly told: () => void,
    /** Whether a thing may be sent now: what was made on somebody's behalf is sent while acting for them. */
    private readonly mayNow: (waiting: Waiting) => boolean = () => true,
  ) {}

  all(): Promise<Waiting[]> {
    return this.keep.all(this.account)
  }

  async add(waiting: Waiting): Promise<void> {
    await this.keep.put(waiting)
    this.told()
  }

  async drop(id: string): Promise<void> {
    await this.keep.drop(id)
    this.told()
  }

  /** Send what waits, until something does not get through. `sent` hears of each that arrived. */
  async sync(sent: (waiting: Waiting) => void = () => {}): Promise<void> {
    await this.alone(`bihuan.sync.${this.account}`, async () => {
      for (const waiting of await this.all()) {
        if (waiting.refused || !this.mayNow(waiting)) continue
        if (!(await this.one(waiting, sent))) return
      }
    })
  }

  /** Whether the rest may be tried. */
  private async one(waiting: Waiting, sent: (waiting: Waiting) => void): Promise<boolean> {
    try {
      await send(waiting, this.server, (now) => this.keep.put(now))
      await this.keep.drop(waiting.id)
      sent(waiting)
      return true
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (passes(error)) return false
      await this.refuse(waiting, error)
      return true
    } finally {
      this.told()
    }
  }

  /** Keep it, with what the server said and who was first. */
  private async refuse(waiting: Waiting, error: Problem): Promise<void> {
    const raced = error.status === 404 || error.status === 409 || error.status === 403
    const first = raced && waiting.case_id ? await this.server.first(waiting.case_id, waiting.task).catch(() => null) : null
    waiting.refused = { code: error.code, message: error.message, errors: error.errors, first }
    await this.keep.put(waiting)
  }
}
