import { i18n } from '@/i18n'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

function language(): string {
  return i18n.global.locale.value === 'en' ? 'en-GB' : 'zh-CN'
}

/** A moment as people of the office write it, by the clock on the wall there. */
export function moment(iso: string | null | undefined, parts: 'full' | 'day' | 'short' = 'full'): string {
  if (!iso) return '—'
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) return '—'
  const day: Intl.DateTimeFormatOptions =
    parts === 'short' ? { month: '2-digit', day: '2-digit' } : { year: 'numeric', month: '2-digit', day: '2-digit' }
  const hour: Intl.DateTimeFormatOptions = parts === 'day' ? {} : { hour: '2-digit', minute: '2-digit', hour12: false }
  return new Intl.DateTimeFormat(language(), { ...day, ...hour }).format(date)
}

export type Urgency = 'none' | 'calm' | 'soon' | 'late'

/** How pressing a due moment is: late, within a day, or calm. */
export function urgency(due: string | null | undefined, now: number): Urgency {
  if (!due) return 'none'
  const left = new Date(due).getTime() - now
  if (left < 0) return 'late'
  return left < DAY ? 'soon' : 'calm'
}

/** A stretch of time in its largest whole unit, `{ unit, count }`. */
export function largest(span: number): { unit: 'minutes' | 'hours' | 'days'; count: number } {
  const size = Math.abs(span)
  if (size >= 2 * DAY) return { unit: 'days', count: Math.floor(size / DAY) }
  if (size >= 2 * HOUR) return { unit: 'hours', count: Math.floor(size / HOUR) }
  return { unit: 'minutes', count: Math.max(1, Math.round(size / MINUTE)) }
}

/** What is left until a due moment, or how long it has passed, in words. */
export function remaining(due: string | null | undefined, now: number): string {
  const { t } = i18n.global
  if (!due) return t('time.noLimit')
  const span = new Date(due).getTime() - now
  const { unit, count } = largest(span)
  const size = t(`time.${unit}`, { n: count }, count)
  return t(span < 0 ? 'time.late' : 'time.left', { size })
}

/** How long something lasts, in at most two units: `2天3小时`. */
export function stretch(span: number): string {
  const { t } = i18n.global
  const parts: string[] = []
  let left = Math.max(0, span)
  for (const [unit, size] of [['days', DAY], ['hours', HOUR], ['minutes', MINUTE]] as const) {
    const count = Math.floor(left / size)
    left -= count * size
    if (count) parts.push(t(`time.${unit}`, { n: count }, count))
    if (parts.length === 2) break
  }
  return parts.join(t('time.join')) || t('time.minutes', { n: 0 }, 0)
}

/** Seconds of office hours in words: whole hours, below two the minutes. Days would mislead, a working day has eight hours. */
export function officeTime(seconds: number): string {
  const { t } = i18n.global
  const hours = Math.floor(seconds / 3600)
  if (hours >= 2) return t('time.hours', { n: hours }, hours)
  const minutes = Math.max(1, Math.floor(seconds / 60))
  return t('time.minutes', { n: minutes }, minutes)
}

/** The day of a moment by the clock on the wall here, as `2026-11-29`. */
export function dayOf(at: number): string {
  const date = new Date(at)
  const pad = (part: number): string => String(part).padStart(2, '0')
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`
}
