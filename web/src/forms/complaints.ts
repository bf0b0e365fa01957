import { i18n } from '@/i18n'

/** What the form library complains of, and the words of ours for it. */
const COMPLAINTS: [RegExp, string][] = [
  [/^Field is required\.?$/, 'required'],
  [/^Field must have minimum length of (\S+?)\.?$/, 'shortest'],
  [/^Field must have maximum length of (\S+?)\.?$/, 'longest'],
  [/^Field must have minimum value of (\S+?)\.?$/, 'least'],
  [/^Field must have maximum value of (\S+?)\.?$/, 'most'],
  [/^Field must be a valid email\.?$/, 'email'],
  [/^Field must be a valid international phone number/, 'phone'],
  [/^Field must match pattern/, 'pattern'],
  [/^(Value is not a number|Field must be a number)\.?$/, 'number'],
]

/** A complaint in the user's language; one we do not know stays as it is. */
export function complaintIn(english: string): string {
  for (const [pattern, word] of COMPLAINTS) {
    const found = pattern.exec(english)
    if (found) return i18n.global.t(`form.wrong.${word}`, { n: found[1] ?? '' })
  }
  return english
}
