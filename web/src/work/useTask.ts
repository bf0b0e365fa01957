import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { freshKey } from '@/api/http'
import { Problem } from '@/api/problem'
import { act, readTask, type TaskPage, type Values, type Verb, type Verbs } from '@/api/tasks'
import { online } from '@/shell/network'
import { useNames } from '@/stores/names'
import { DraftKeeper, findDraft } from './drafts'

/** One task: its page, its draft, and doing something with it. */
export function useTask(id: string) {
  const { t } = useI18n()
  const names = useNames()

  const page = shallowRef<TaskPage | null>(null)
  const values = shallowRef<Values>({})
  const draft = ref<{ at: string; safe: boolean } | null>(null)
  const failure = ref<unknown>(null)
  const gone = ref(false)
  const busy = ref<Verb | null>(null)
  const complaint = ref('')
  const errors = ref<Record<string, string[]>>({})

  let reading: AbortController | null = null
  let keeper: DraftKeeper | null = null
  // The key of a command whose answer was lost: trying again with it is the same command.
  let unsure: { verb: Verb; given: string; key: string } | null = null

  // The key of the last command when no answer came: the server may have done it, or not.
  const unreached = ref<string | null>(null)

  const mine = computed(() => page.value?.mine ?? false)

  async function load(): Promise<void> {
    reading?.abort()
    const now = (reading = new AbortController())
    await keeper?.flush()
    failure.value = null
    gone.value = false
    clear()
    try {
      const [found, kept] = await Promise.all([
        readTask(id, now.signal),
        findDraft(id, now.signal).catch(() => ({ saved_at: null, values: {} })),
      ])
      if (now.signal.aborted) return
      page.value = found
      values.value = { ...found.data, ...kept.values }
      draft.value = kept.saved_at ? { at: kept.saved_at, safe: true } : null
      keeper = new DraftKeeper(id, (at, safe) => (draft.value = { at, safe }))
    } catch (error) {
      if (now.signal.aborted) return
      page.value = null
      if (error instanceof Problem && error.status === 404) gone.value = true
      else failure.value = error
    }
  }

  function clear(): void {
    complaint.value = ''
    errors.value = {}
  }

  /** What is in the form now. */
  function enter(entered: Values): void {
    if (mine.value) keeper?.keep(entered)
  }

  /** Do something with the task; whether it was done. What was wrong is in `complaint` and `errors`. */
  async function perform<V extends Verb>(verb: V, given: Verbs[V]): Promise<boolean> {
    clear()
    unreached.value = null
    busy.value = verb
    const written = JSON.stringify(given)
    const key = unsure?.verb === verb && unsure.given === written ? unsure.key : freshKey()
    unsure = { verb, given: written, key }
    try {
      if (verb === 'complete') keeper?.hold()
      else await keeper?.flush()
      await act(id, verb, given, key)
      unsure = null
      if (verb === 'complete') keeper?.forget()
      return true
    } catch (error) {
      if (verb === 'complete') keeper?.release()
      if (!(error instanceof Problem)) throw error
      if (!error.passing) unsure = null
      if (error.status === 0) unreached.value = key
      tell(error)
      return false
    } finally {
      busy.value = null
    }
  }

  function tell(error: Problem): void {
    errors.value = error.errors
    complaint.value = error.message
    const who = (error.body.current as { assignee?: string | null } | undefined)?.assignee
    if (error.status === 409) {
      complaint.value = who
        ? t('task.takenBy', { name: names.name(who), detail: error.message })
        : t('task.conflict', { detail: error.message })
    } else if (error.status === 404) gone.value = true
  }

  void load()
  watch(online, (there) => {
    if (there) void keeper?.flush()
  })
  onScopeDispose(() => {
    reading?.abort()
    void keeper?.flush()
  })

  /** What was entered is being handed in another way. */
  function hold(): void {
    keeper?.hold()
  }

  /** It was not taken: the draft is kept on. */
  function release(): void {
    keeper?.release()
  }

  /** What was entered is kept elsewhere now. */
  function forget(): void {
    keeper?.forget()
  }

  return {
    page, values, draft, failure, gone, busy, complaint, errors, mine, unreached, load, enter, perform, clear,
    hold, release, forget,
  }
}
