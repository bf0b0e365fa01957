import { readDraft, saveDraft, type Values } from '@/api/tasks'

const PREFIX = 'bihuan.draft.'
const PAUSE = 1_200

interface Kept {
  saved_at: string
  values: Values
}

/** What is kept of a task's form on this device because the server could not be reached. */
export function local(task: string): Kept | null {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + task) ?? 'null') as Kept | null
  } catch {
    return null
  }
}

/** No draft stays on this device. */
export function forgetDrafts(): void {
  for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key)
}

/** The newer of the two drafts: the server's, or the one that stayed on this device. */
export async function findDraft(task: string, signal?: AbortSignal): Promise<{ saved_at: string | null; values: Values }> {
  const here = local(task)
  const there = await readDraft(task, signal)
  return here && (!there.saved_at || here.saved_at > there.saved_at) ? here : there
}

/** Keeps what is entered: on this device at once, on the server when one pauses. `told` hears when and whether. */
export class DraftKeeper {
  private timer: ReturnType<typeof setTimeout> | undefined
  private latest: Values | null = null
  private held = false
  private over = false
  private sending = new AbortController()

  constructor(
    private readonly task: string,
    private readonly told: (at: string, safe: boolean) => void,
  ) {}

  keep(values: Values): void {
    if (this.over) return
    this.latest = values
    const kept: Kept = { saved_at: new Date().toISOString(), values }
    localStorage.setItem(PREFIX + this.task, JSON.stringify(kept))
    this.soon()
  }

  /** Hand what is waiting to the server. */
  async flush(): Promise<void> {
    clearTimeout(this.timer)
    const values = this.latest
    if (values === null || this.held) return
    this.latest = null
    try {
      const saved = await saveDraft(this.task, values, this.sending.signal)
      if (this.latest === null) localStorage.removeItem(PREFIX + this.task)
      this.told(saved.saved_at ?? new Date().toISOString(), true)
    } catch {
      if (this.over) return
      this.latest ??= values
      if (!this.held) this.told(new Date().toISOString(), false)
    }
  }

  /** The task is being handed in: a draft that came after that would find no task. */
  hold(): void {
    this.held = true
    clearTimeout(this.timer)
    this.sending.abort()
  }

  /** It was not handed in after all: what is waiting goes to the server. */
  release(): void {
    this.held = this.over
    this.sending = new AbortController()
    if (this.latest !== null) this.soon()
  }

  /** The task is done: nothing of it stays on this device, and no more is kept. */
  forget(): void {
    this.hold()
    this.over = true
    this.latest = null
    localStorage.removeItem(PREFIX + this.task)
  }

  private soon(): void {
    clearTimeout(this.timer)
    if (!this.held) this.timer = setTimeout(() => void this.flush(), PAUSE)
  }
}
