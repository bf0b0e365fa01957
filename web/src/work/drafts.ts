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

  constructor(
    private readonly task: string,
    private readonly told: (at: string, safe: boolean) => void,
  ) {}

  keep(values: Values): void {
    this.latest = values
    const kept: Kept = { saved_at: new Date().toISOString(), values }
    localStorage.setItem(PREFIX + this.task, JSON.stringify(kept))
    clearTimeout(this.timer)
    this.timer = setTimeout(() => void this.flush(), PAUSE)
  }

  /** Hand what is waiting to the server. */
  async flush(): Promise<void> {
    clearTimeout(this.timer)
    const values = this.latest
    if (values === null) return
    this.latest = null
    try {
      const saved = await saveDraft(this.task, values)
      if (this.latest === null) localStorage.removeItem(PREFIX + this.task)
      this.told(saved.saved_at ?? new Date().toISOString(), true)
    } catch {
      this.latest ??= values
      this.told(new Date().toISOString(), false)
    }
  }

  /** The task is done: nothing of it stays on this device. */
  forget(): void {
    clearTimeout(this.timer)
    this.latest = null
    localStorage.removeItem(PREFIX + this.task)
  }
}
