import { computed, onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import { readCase, readWords, type CasePage, type Word } from '@/api/cases'
import { withOptions } from './telling'

/** A case's page and the words its values are told in. */
export function useCase(id: Ref<string>) {
  const page = shallowRef<CasePage | null>(null)
  const words = shallowRef<Record<string, Word>>({})
  const failure = ref<unknown>(null)
  let reading: AbortController | null = null

  async function load(): Promise<void> {
    reading?.abort()
    const now = (reading = new AbortController())
    failure.value = null
    try {
      const found = await readCase(id.value, now.signal)
      page.value = found
      const read = await readWords(found.case.key, found.case.version).catch(() => ({}))
      words.value = withOptions(read, found.values)
    } catch (error) {
      if (!now.signal.aborted) failure.value = error
    }
  }

  const grade = computed(() => {
    const told = page.value?.values.risk_grade ?? page.value?.values.grade
    return typeof told === 'string' ? told : null
  })

  watch(
    id,
    () => {
      page.value = null
      void load()
    },
    { immediate: true },
  )
  onScopeDispose(() => reading?.abort())
  return { page, words, grade, failure, load }
}
