import { computed, type ComputedRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import type { Asked } from '@/api/reports'

const pad = (number: number): string => String(number).padStart(2, '0')

/** The week of ISO 8601 that a day is in: `2026-W48`. */
export function weekOf(day: Date): string {
  // The week belongs to the year its Thursday is in.
  const thursday = new Date(Date.UTC(day.getFullYear(), day.getMonth(), day.getDate()))
  thursday.setUTCDate(thursday.getUTCDate() + 4 - (thursday.getUTCDay() || 7))
  const first = Date.UTC(thursday.getUTCFullYear(), 0, 1)
  return `${thursday.getUTCFullYear()}-W${pad(Math.ceil(((thursday.getTime() - first) / 86_400_000 + 1) / 7))}`
}

/** The periods one asks for most, as the API names them. */
export function periodsAt(today: Date): { name: string; period: string }[] {
  const before = new Date(today.getFullYear(), today.getMonth() - 1, 1)
  const month = (day: Date): string => `${day.getFullYear()}-${pad(day.getMonth() + 1)}`
  return [
    { name: 'week', period: weekOf(today) },
    { name: 'month', period: month(today) },
    { name: 'lastMonth', period: month(before) },
    { name: 'quarter', period: `${today.getFullYear()}-Q${Math.floor(today.getMonth() / 3) + 1}` },
    { name: 'year', period: `${today.getFullYear()}` },
    { name: 'lastYear', period: `${today.getFullYear() - 1}` },
  ]
}

/** What the dashboards are asked for, kept in the address, so that a link shows the same. */
export function useAsked(): { asked: ComputedRef<Asked>; ask: (change: Partial<Asked>) => void } {
  const route = useRoute()
  const router = useRouter()
  const asked = computed<Asked>(() => ({
    period: String(route.query.period ?? periodsAt(new Date())[1]!.period),
    unit: route.query.unit ? String(route.query.unit) : undefined,
    flow: route.query.flow ? String(route.query.flow) : undefined,
    category: route.query.category ? String(route.query.category) : undefined,
  }))

  function ask(change: Partial<Asked>): void {
    const query = { ...route.query, ...change }
    void router.replace({ query: Object.fromEntries(Object.entries(query).filter(([, value]) => value)) })
  }

  return { asked, ask }
}
