import { beforeEach, describe, expect, it } from 'vitest'
import { Problem } from '@/api/problem'
import { Queue, type Alone } from '@/offline/queue'
import type { Server } from '@/offline/send'
import type { Keep, Waiting } from '@/offline/waiting'

/** A device that keeps copies, as a database does. */
class Device implements Keep {
  kept = new Map<string, Waiting>()
  all(account: string): Promise<Waiting[]> {
    return Promise.resolve([...this.kept.values()].filter((one) => one.account === account).map((one) => structuredClone(one)))
  }
  put(waiting: Waiting): Promise<void> {
    this.kept.set(waiting.id, structuredClone(waiting))
    return Promise.resolve()
  }
  drop(id: string): Promise<void> {
    this.kept.delete(id)
    return Promise.resolve()
  }
  recall = (): Promise<null> => Promise.resolve(null)
  remember = (): Promise<void> => Promise.resolve()
  unlearn = (): Promise<void> => Promise.resolve()
  forget = (): Promise<void> => Promise.resolve()
}

/** A server that does the same key once, and whose answers or requests can be lost. */
class Office implements Server {
  done: string[] = []
  cases = 0
  private answers = new Map<string, string>()
  /** Names of calls: before, the request is lost; after, it is done and the answer lost; once each. */
  lose: { call: string; when: 'before' | 'after' }[] = []
  refuse: Problem | null = null
  somebody: { who: string; what: string; at: string } | null = null

  private once(call: string, key: string, what: () => string): string {
    const lost = this.lose.find((one) => one.call === call)
    if (lost) this.lose = this.lose.filter((one) => one !== lost)
    if (lost?.when === 'before') throw new Problem(0, { code: 'network' })
    if (!this.answers.has(key)) {
      this.answers.set(key, what())
      this.done.push(call)
    }
    if (lost) throw new Problem(0, { code: 'network' })
    return this.answers.get(key)!
  }

  start = async (_: unknown, key: string): Promise<string> => this.once('start', key, () => `case-${++this.cases}`)
  step = async (caseId: string): Promise<{ task: string; code: string }> => ({ task: `${caseId}.3`, code: 'WG-1' })
  attach = async (_: string, __: unknown, key: string): Promise<void> => void this.once('attach', key, () => 'x')
  complete = async (_: string, __: unknown, key: string): Promise<void> => {
    if (this.refuse) throw this.refuse
    this.once('complete', key, () => 'x')
  }
  first = async (): Promise<Office['somebody']> => this.somebody
}

const free: Alone = async (_, run) => {
  await run()
  return true
}

let number = 0
function made(given: Partial<Waiting> = {}): Waiting {
  number += 1
  return {
    id: `id-${number}`, account: 'me', behalf: null, kind: 'register', title: '井盖', made_at: `2026-11-28T10:00:0${number % 10}Z`,
    key: `key-${number}`, values: { title: '井盖' }, words: {}, photos: [{ name: 'a.jpg', content: new Blob(['x']) }], sent_photos: 0,
    start: { process: 'grid_event', version: 1, variables: {}, step: 'report_event' },
    case_id: null, case_code: '', task: null, refused: null, ...given,
  }
}

let device: Device
let office: Office
let queue: Queue
beforeEach(() => {
  device = new Device()
  office = new Office()
  queue = new Queue('me', device, office, free, () => {})
})

describe('what waits', () => {
  it('is sent in full, in the order it was made, and is gone afterwards', async () => {
    await queue.add(made())
    await queue.add(made({ photos: [] }))
    await queue.sync()
    expect(office.done).toEqual(['start', 'attach', 'complete', 'start', 'complete'])
    expect(await queue.all()).toEqual([])
  })

  for (const call of ['start', 'attach', 'complete']) {
    for (const when of ['before', 'after'] as const) {
      it(`is done once when the network goes ${when} the server did “${call}”`, async () => {
        office.lose = [{ call, when }]
        await queue.add(made())
        await queue.sync()
        expect(await queue.all()).toHaveLength(1)
        await queue.sync()
        expect(office.done).toEqual(['start', 'attach', 'complete'])
        expect(office.cases).toBe(1)
        expect(await queue.all()).toEqual([])
      })
    }
  }

  it('is done once when two tabs send at the same moment without a lock', async () => {
    await queue.add(made())
    const other = new Queue('me', device, office, free, () => {})
    await Promise.all([queue.sync(), other.sync()])
    expect(office.done).toEqual(['start', 'attach', 'complete'])
    expect(office.cases).toBe(1)
  })

  it('is left alone while another tab sends', async () => {
    await queue.add(made())
    await new Queue('me', device, office, () => Promise.resolve(false), () => {}).sync()
    expect(office.done).toEqual([])
  })

  it('stays with every word when somebody was first, with who that was', async () => {
    office.refuse = new Problem(409, { code: 'tasks.gone', detail: '任务已经处理' })
    office.somebody = { who: '李四', what: '办结', at: '2026-11-28T10:00:00Z' }
    await queue.add(made({ kind: 'complete', start: null, case_id: 'case-9', task: 'case-9.3', photos: [] }))
    await queue.sync()
    const [left] = await queue.all()
    expect(left?.refused).toMatchObject({ message: '任务已经处理', first: { who: '李四' } })
    expect(left?.values).toEqual({ title: '井盖' })
    office.refuse = null
    await queue.sync()
    expect(office.done).toEqual([])
  })

  it('waits on when the server is away or one has to sign in again', async () => {
    for (const status of [502, 429, 401]) {
      office.refuse = new Problem(status, {})
      await queue.add(made({ photos: [] }))
      await queue.sync()
      expect((await queue.all()).every((one) => one.refused === null)).toBe(true)
    }
  })

  it('does not hold up what comes after it when it is refused', async () => {
    await queue.add(made({ refused: { code: 'x', message: 'x', errors: {}, first: null } }))
    await queue.add(made({ photos: [] }))
    await queue.sync()
    expect(office.done).toEqual(['start', 'complete'])
  })

  it('of somebody else on the device is neither seen nor sent', async () => {
    await device.put(made({ account: 'other' }))
    await queue.sync()
    expect(await queue.all()).toEqual([])
    expect(office.done).toEqual([])
    expect(device.kept.size).toBe(1)
  })

  it('on behalf of somebody is sent while acting for them', async () => {
    let behalf: string | null = null
    const mine = new Queue('me', device, office, free, () => {}, (one) => one.behalf === behalf)
    await mine.add(made({ behalf: 'absent', photos: [] }))
    await mine.sync()
    expect(office.done).toEqual([])
    behalf = 'absent'
    await mine.sync()
    expect(office.done).toEqual(['start', 'complete'])
  })
})
