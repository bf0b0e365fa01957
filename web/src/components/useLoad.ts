import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue'

export interface Load<T> {
  value: ShallowRef<T | null>
  failure: Ref<unknown>
  busy: Ref<boolean>
  load: () => Promise<void>
}

/** Something read from the server: what was read last, what went wrong, and reading it again. */
export function useLoad<T>(read: (signal: AbortSignal) => Promise<T>): Load<T> {
  const value = shallowRef<T | null>(null)
  const failure = ref<unknown>(null)
  const busy = ref(false)
  let reading: AbortController | null = null

  async function load(): Promise<void> {
    reading?.abort()
    const now = (reading = new AbortController())
    busy.value = true
    failure.value = null
    try {
      const found = await read(now.signal)
      if (!now.signal.aborted) value.value = found
    } catch (error) {
      if (!now.signal.aborted) failure.value = error
    } finally {
      if (reading === now) busy.value = false
    }
  }

  onScopeDispose(() => reading?.abort())
  return { value, failure, busy, load }
}
