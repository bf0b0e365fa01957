import { reactive } from 'vue'
import en from '@/i18n/en/request.json'
import zh from '@/i18n/zh/request.json'

/** What the public reads: these words alone, without the catalogue of the staff's app. */
const WORDS = { zh: zh.request, en: en.request }

export type Word = keyof typeof zh.request
const KEPT = 'bihuan.language'

export const spoken = reactive({ language: localStorage.getItem(KEPT) === 'en' ? ('en' as const) : ('zh' as 'zh' | 'en') })

/** A word in the language spoken. */
export function say(word: Word, given: Record<string, string | number> = {}): string {
  return Object.entries(given).reduce((text, [name, value]) => text.replaceAll(`{${name}}`, String(value)), WORDS[spoken.language][word])
}

export function speak(language: 'zh' | 'en'): void {
  spoken.language = language
  localStorage.setItem(KEPT, language)
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
  document.title = say('title')
}
