import '@bpmn-io/form-js-viewer/dist/assets/form-js.css'
import './form.css'
import { createForm, type CreateFormOptions, type Form } from '@bpmn-io/form-js-viewer'
import { complaintIn } from './complaints'
import { i18n } from '@/i18n'

/** Make a form; on its own here, so that forms are fetched with the first task that has one. */
export function makeForm(options: CreateFormOptions): Promise<Form> {
  // By default the library waits a while and then reads the field, which was emptied if the form was drawn anew meanwhile.
  const configured = { ...options, debounce: false }
  return createForm(configured)
}

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
