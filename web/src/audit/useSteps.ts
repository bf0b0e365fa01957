import { computed, onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import { readStep, type Step } from '@/api/audit'
import { within } from './steps'

/** Stepping through a case's log. Steps read once are kept; the next one is read ahead. */
export function useSteps(id: Ref<string>, total: Ref<number>) {
  const at = ref(0)
  const kept = shallowRef(new Map<number, Step>())
  const failure = ref<unknown>(null)
  let reading: AbortController | null = null

  const step = computed(() => kept.value.get(at.value) ?? null)

  async function fetchStep(seq: number, signal: AbortSignal): Promise<void> {
    if (kept.value.has(seq) || seq < 1 || seq > total.value) return
    const found = await readStep(id.value, seq, signal)
    if (!signal.aborted) kept.value = new Map(kept.value).set(seq, found)
  }

  async function look(): Promise<void> {
    reading?.abort()
    const now = (reading = new AbortController())
    failure.value = null
    try {
      await fetchStep(at.value, now.signal)
      await fetchStep(at.value + 1, now.signal)
    } catch (error) {
      if (!now.signal.aborted) failure.value = error
    }
  }

  /** Forget what was read: somebody may see more, or less, of it now. */
  async function again(): Promise<void> {
    kept.value = new Map()
    await look()
  }

  function go(seq: number): void {
    at.value = within(seq, total.value)
  }

  watch(at, look)
  watch(id, () => {
    at.value = 0
    kept.value = new Map()
  })
  onScopeDispose(() => reading?.abort())
  return { at, step, failure, go, again }
}
