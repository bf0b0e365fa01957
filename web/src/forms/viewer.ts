import '@bpmn-io/form-js-viewer/dist/assets/form-js.css'
import './form.css'
import type { Form } from '@bpmn-io/form-js-viewer'
import { complaintIn } from './complaints'
import { i18n } from '@/i18n'

// On its own, so that forms are fetched with the first task that has one.
export { createForm } from '@bpmn-io/form-js-viewer'

interface Validator {
  validateFieldInstance(...given: unknown[]): string[]
}

/** Have a form speak the user's language: it knows English only. */
export function speakForm(form: Form, place: HTMLElement): void {
  const validator = form.get('validator') as Validator
  const english = validator.validateFieldInstance.bind(validator)
  validator.validateFieldInstance = (...given) => english(...given).map(complaintIn)

  const words: Record<string, string> = {
    Search: i18n.global.t('form.search'),
    'Search...': i18n.global.t('form.search'),
    Select: i18n.global.t('form.select'),
    'yyyy/mm/dd': i18n.global.t('form.date'),
    'mm/dd/yyyy': i18n.global.t('form.date'),
    'hh:mm --': i18n.global.t('form.time'),
    'hh:mm': i18n.global.t('form.time'),
  }
  const translate = (): void => {
    for (const input of place.querySelectorAll<HTMLInputElement>('input[placeholder]')) {
      const word = words[input.placeholder]
      if (word && word !== input.placeholder) input.placeholder = word
    }
    for (const shown of place.querySelectorAll<HTMLElement>('.fjs-select-placeholder')) {
      // The text alone: the node stays the library's, which would add its own beside a new one.
      const text = shown.firstChild
      const word = text instanceof Text ? words[text.data] : undefined
      if (word) (text as Text).data = word
    }
    for (const text of textsOf(place, 'button')) {
      if (text.data.trim() === 'Add new') text.data = i18n.global.t('form.add')
    }
  }
  const observer = new MutationObserver(translate)
  observer.observe(place, { childList: true, subtree: true })
  form.on('diagram.destroy', () => observer.disconnect())
  translate()
}

/** The pieces of text below what a selector finds. */
function textsOf(place: HTMLElement, selector: string): Text[] {
  return [...place.querySelectorAll(selector)].flatMap((one) => [...one.childNodes].filter((node): node is Text => node instanceof Text))
}
