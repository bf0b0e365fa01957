import { createI18n } from 'vue-i18n'
import zh from './zh.json'
import en from './en.json'

export type Language = 'zh' | 'en'

const KEPT = 'bihuan.language'

function preferred(): Language {
  const kept = localStorage.getItem(KEPT)
  if (kept === 'zh' || kept === 'en') return kept
  return 'zh'
}

export const i18n = createI18n<[typeof zh], Language, false>({
  legacy: false,
  locale: preferred(),
  fallbackLocale: 'zh',
  messages: { zh, en },
})

document.documentElement.lang = preferred() === 'zh' ? 'zh-CN' : 'en'

/** Speak another language, now and on the next visit. */
export function speak(language: Language): void {
  i18n.global.locale.value = language
  localStorage.setItem(KEPT, language)
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
}
