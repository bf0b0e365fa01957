import { computed, ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { readRows } from '@/api/admin'

interface Word {
  code: string
  zh: string[]
  en: string
  /** What it is called at units of a level, where that is not the first name. */
  at?: Record<string, string>
}

type Kind = 'roles' | 'levels' | 'departments'

/** What the organisation calls its levels, departments and roles; the code while that is not known. */
export function useWords() {
  const { locale } = useI18n()
  const words = ref<Partial<Record<Kind, Word[]>>>({})

  async function load(): Promise<void> {
    words.value = Object.assign({}, ...Object.values(await readRows('words').catch(() => ({}))))
  }

  function said(one: Word): string {
    return locale.value === 'en' ? one.en : (one.zh[0] ?? one.code)
  }

  function word(kind: Kind, code: string | null | undefined): string {
    const found = words.value[kind]?.find((one) => one.code === code)
    return found ? said(found) : (code ?? '')
  }

  /** A role as it is called at a unit. */
  function role(code: string | null | undefined, unit: { level: string; department?: string | null } | null | undefined): string {
    const found = words.value.roles?.find((one) => one.code === code)
    const own = unit && !unit.department ? found?.at?.[unit.level] : undefined
    return own && locale.value !== 'en' ? own : word('roles', code)
  }

  const all = (kind: Kind) => computed(() => (words.value[kind] ?? []).map((one) => ({ code: one.code, name: said(one) })))
  return { load, word, role, roles: all('roles'), levels: all('levels'), departments: all('departments') }
}
