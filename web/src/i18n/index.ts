import { createI18n } from 'vue-i18n'

export type Language = 'zh' | 'en'
type Words = { [key: string]: string | Words }

const KEPT = 'bihuan.language'

// One file an area of the app, the same ones in each language; a test holds their keys equal.
const files = import.meta.glob<Words>('./{zh,en}/*.json', { eager: true, import: 'default' })

/** The catalogue of a language: all its files together. */
export function catalogue(language: Language): Words {
  const words: Words = {}
  for (const [path, content] of Object.entries(files)) {
    if (path.startsWith(`./${language}/`)) Object.assign(words, content)
  }
  return words
}

function preferred(): Language {
  return localStorage.getItem(KEPT) === 'en' ? 'en' : 'zh'
}

export const i18n = createI18n({
  legacy: false,
  locale: preferred() as string,
  fallbackLocale: 'zh',
  messages: { zh: catalogue('zh'), en: catalogue('en') },
})

document.documentElement.lang = preferred() === 'zh' ? 'zh-CN' : 'en'

/** Speak another language, now and on the next visit. */
export function speak(language: Language): void {
  i18n.global.locale.value = language
  localStorage.setItem(KEPT, language)
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
}
